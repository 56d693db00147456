import { stringify } from 'yaml';

/**
 * The lines of a value in block style, each behind `indent` spaces, without a final line break. Options as in kube/yaml.ts,
 * with every string on one line: a block scalar would depend on what stands around it.
 */
export function printYamlLines(value: unknown, indent: number): string[] {
  const prefix = ' '.repeat(indent);
  // No trimEnd: it would take U+00A0 or U+FEFF off the end of a value.
  return stringify(value, options)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => prefix + line);
}

const options = {
  compat: 'yaml-1.1',
  lineWidth: 0,
  blockQuote: false,
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  aliasDuplicateObjects: false,
} as const;
