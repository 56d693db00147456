import { isMap } from './object-fields.ts';

/**
 * Whether an object of the cluster says everything that a manifest says. What it says beyond that (defaults, status, what
 * others added) does not matter, as with server-side apply. Lists are compared item by item.
 */
export function containsFields(live: unknown, desired: unknown): boolean {
  if (isMap(desired)) {
    if (live !== undefined && live !== null && !isMap(live)) return false;
    return Object.entries(desired).every(([key, value]) => containsFields(live?.[key], value));
  }
  if (isNothing(desired)) return isNothing(live);
  if (Array.isArray(desired)) {
    return (
      Array.isArray(live) &&
      live.length === desired.length &&
      desired.every((item, index) => containsFields((live as readonly unknown[])[index], item))
    );
  }
  return live === desired;
}

/** The API server leaves out what is null, empty text, an empty list or an empty map (`omitempty` of its types). */
function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0;
}
