import { stringify } from 'yaml';
import { isMap } from './object-fields.ts';

/**
 * Prints objects as one YAML file: each document begins with `---`, keys in the order given, LF, final newline.
 * `compat` quotes what YAML 1.1 readers (Kubernetes, Helm) take for booleans, numbers or dates: on, yes, 1:30, 0123
 * (yaml@2.9.1 leaves them bare without it); lineWidth 0 keeps long strings on their line; `aliasDuplicateObjects` off
 * because Kubernetes files are read by people.
 */
export function printYaml(objects: readonly unknown[]): string {
  return objects.map((object) => `---\n${printYamlValue(object)}`).join('');
}

/** Prints one value without a document marker, with a final newline. */
export function printYamlValue(value: unknown): string {
  return (
    printPlainMaps(value, '') ?? stringify(value, { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false })
  );
}

// What begins with a letter and has nothing but these is bare for every reader of YAML, unless it is one of the words. The package takes
// e1 for a number of YAML 1.1.
const plain = /^[A-Za-z][A-Za-z0-9./_+=-]*$/;
const word = /^(?:y|n|yes|no|on|off|true|false|null|e[+-]?\d+)$/i;
/** A longer key would stand behind a question mark (YAML 1.2.2, 8.2.2). */
const longestKey = 500;

/**
 * Maps of plain words, in the same bytes as the package prints them, for a project may have a thousand Secrets and they take it a hundred
 * times as long; undefined for anything else.
 */
function printPlainMaps(value: unknown, indent: string): string | undefined {
  if (!isMap(value)) return undefined;
  let text = '';
  for (const [key, child] of Object.entries(value)) {
    if (!isPlain(key) || key.length > longestKey) return undefined;
    if (typeof child === 'string') {
      if (!isPlain(child)) return undefined;
      text += `${indent}${key}: ${child}\n`;
      continue;
    }
    const below = printPlainMaps(child, `${indent}  `);
    if (below === undefined) return undefined;
    text += `${indent}${key}:\n${below}`;
  }
  return text === '' ? undefined : text;
}

function isPlain(text: string): boolean {
  return plain.test(text) && !word.test(text);
}
