import type { KubeObject } from '../model/kube-object.ts';
import { isMap, textField } from './object-fields.ts';

/**
 * Takes out of an object what an earlier manifest of it had and the new one leaves out, as the three-way patch of helm 3 does.
 * Items of a list are told apart by their `name`, as most lists of Kubernetes are; any other list is left as it is.
 */
export function dropRemovedFields(object: KubeObject, earlier: KubeObject, wanted: KubeObject): KubeObject {
  return drop(object, earlier, wanted) as KubeObject;
}

function drop(current: unknown, earlier: unknown, wanted: unknown): unknown {
  if (isMap(current) && isMap(earlier) && isMap(wanted)) {
    const kept = Object.entries(current).filter(([key]) => !Object.hasOwn(earlier, key) || Object.hasOwn(wanted, key));
    return Object.fromEntries(kept.map(([key, value]) => [key, Object.hasOwn(earlier, key) ? drop(value, earlier[key], wanted[key]) : value]));
  }
  const [items, earlierItems, wantedItems] = [indexByName(current), indexByName(earlier), indexByName(wanted)];
  if (items === undefined || earlierItems === undefined || wantedItems === undefined) return current;
  return [...items].filter(([name]) => !earlierItems.has(name) || wantedItems.has(name)).map(([name, item]) => drop(item, earlierItems.get(name), wantedItems.get(name)));
}

/** The items of a list by their names; undefined unless each has one of its own. */
function indexByName(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (!Array.isArray(value)) return undefined;
  const index = new Map<string, unknown>();
  for (const item of value as readonly unknown[]) {
    const name = textField(item, 'name');
    if (name === undefined || index.has(name)) return undefined;
    index.set(name, item);
  }
  return index;
}
