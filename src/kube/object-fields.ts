import type { KubeObject } from '../model/kube-object.ts';
import type { JsonObject } from '../model/json.ts';

/** The value at a path of keys; undefined where the path ends early. Objects are edited by hand, tools answer in many shapes: none is trusted. */
export function fieldAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Readonly<Record<string | number, unknown>>)[key];
  }
  return current;
}

/** The text at a path, or undefined. */
export function textField(value: unknown, ...path: readonly (string | number)[]): string | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The number at a path, or undefined. */
export function numberField(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const found = fieldAt(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

/** The list at a path; empty where there is none. */
export function listField(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = fieldAt(value, ...path);
  return Array.isArray(found) ? (found as readonly unknown[]) : [];
}

/** The texts of the list at a path. */
export function textListField(value: unknown, ...path: readonly (string | number)[]): readonly string[] {
  return listField(value, ...path).filter((item) => typeof item === 'string');
}

/** The map of texts at a path (labels, annotations, a selector); what is no text is left out. */
export function textMapField(value: unknown, ...path: readonly (string | number)[]): Readonly<Record<string, string>> {
  const found = fieldAt(value, ...path);
  if (!isMap(found)) return {};
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

export function isMap(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An object by its kind, name and namespace; without one it is cluster-scoped. */
export function findNamed(
  objects: readonly KubeObject[],
  kind: string,
  { name, namespace }: { readonly name: string; readonly namespace?: string },
): KubeObject | undefined {
  return objects.find(
    ({ kind: ofKind, metadata }) => ofKind === kind && metadata.name === name && metadata.namespace === namespace,
  );
}

/** Where a load balancer is reached, by the status of a Service or an Ingress: IP addresses, or host names. */
export function readBalancerAddresses(object: unknown): readonly string[] {
  return listField(object, 'status', 'loadBalancer', 'ingress').flatMap((entry) => {
    const address = textField(entry, 'ip') ?? textField(entry, 'hostname');
    return address === undefined || address === '' ? [] : [address];
  });
}
