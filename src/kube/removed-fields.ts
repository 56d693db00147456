import type { KubeObject } from '../model/kube-object.ts';
import { isMap, textField } from './object-fields.ts';

/**
 * Takes out of an object what an earlier manifest of it had and the new one leaves out, as the three-way patch of helm 3 does.
 * Items of a list are told apart by their `name`, as most lists of Kubernetes are; any other list is left as it is.
 */
export function dropRemovedFields(object: KubeObject, earlier: KubeObject, desired: KubeObject): KubeObject {
  return drop(object, earlier, desired) as KubeObject;
}

function drop(current: unknown, earlier: unknown, desired: unknown): unknown {
  if (isMap(current) && isMap(earlier) && isMap(desired)) {
    const kept = Object.entries(current).filter(([key]) => !Object.hasOwn(earlier, key) || Object.hasOwn(desired, key));
    return Object.fromEntries(
      kept.map(([key, value]) => [key, Object.hasOwn(earlier, key) ? drop(value, earlier[key], desired[key]) : value]),
    );
  }
  const [items, earlierItems, desiredItems] = [indexByName(current), indexByName(earlier), indexByName(desired)];
  if (items === undefined || earlierItems === undefined || desiredItems === undefined) return current;
  return [...items]
    .filter(([name]) => !earlierItems.has(name) || desiredItems.has(name))
    .map(([name, item]) => drop(item, earlierItems.get(name), desiredItems.get(name)));
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
