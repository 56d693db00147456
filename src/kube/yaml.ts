import { stringify } from 'yaml';

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
  return stringify(value, { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false });
}
