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
    printMembers(value, '') ?? stringify(value, { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false })
  );
}

// What begins with a letter, a slash or two dashes and has nothing but these is bare for every reader of YAML, unless it is one of the
// words. The package takes e1 for a number of YAML 1.1.
const plain = /^(?:[A-Za-z/]|--[a-z])(?:[A-Za-z0-9./_+=@$()-]|[: ](?=[A-Za-z0-9]))*$/;
const word = /^(?:y|n|yes|no|on|off|true|false|null|e[+-]?\d+)$/i;
/** Quantities and networks (50m, 90Mi, 127.0.0.1/32) are no numbers in any YAML. */
const quantity = /^\d+(?:m|[KMG]i|(?:\.\d+){3}\/\d+)$/;
/** A longer key would stand behind a question mark (YAML 1.2.2, 8.2.2). */
const longestKey = 500;

/**
 * Maps and lists of plain words, in the same bytes as the package prints them, for a project may have a thousand Secrets and they take it a
 * hundred times as long; undefined where anything else is in them.
 */
function printMembers(value: unknown, indent: string): string | undefined {
  const below = `${indent}  `;
  let text = '';
  for (const [key, child] of listMembers(value)) {
    if (key !== undefined && (!isPlain(key) || key.length > longestKey)) return undefined;
    const head = key === undefined ? `${indent}-` : `${indent}${key}:`;
    const scalar = printScalar(child);
    if (scalar !== undefined) {
      text += `${head} ${scalar}\n`;
      continue;
    }
    const block = printMembers(child, below);
    if (block === undefined) return undefined;
    // An item's dash stands in its first two columns.
    text += key === undefined ? `${head} ${block.slice(below.length)}` : `${head}\n${block}`;
  }
  return text === '' ? undefined : text;
}

function listMembers(value: unknown): Iterable<readonly [key: string | undefined, child: unknown]> {
  if (Array.isArray(value)) return value.map((child: unknown) => [undefined, child] as const);
  return isMap(value) ? Object.entries(value) : [];
}

function printScalar(value: unknown): string | undefined {
  if (value === '') return '""';
  if (typeof value === 'string') return isPlain(value) || quantity.test(value) ? value : undefined;
  return typeof value === 'boolean' || (Number.isSafeInteger(value) && Number(value) > 0) ? String(value) : undefined;
}

function isPlain(text: string): boolean {
  return plain.test(text) && !word.test(text);
}
