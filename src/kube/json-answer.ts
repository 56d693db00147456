import { fieldAt } from './object-fields.ts';

/** The value in JSON text; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The list at a path, or undefined: of a tool's answer it matters whether there was a list at all. */
export function listAt(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] | undefined {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? found : undefined;
}
