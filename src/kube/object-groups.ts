import type { KubeObject } from '../model/kube-object.ts';

/** Objects for one kubectl, and bytes of them: with what the server adds, the answer stays below what Exec reads. */
const maxObjects = 100;
const maxBytes = 2 * 1024 * 1024;

/** Cuts objects into groups, each for one kubectl, in their order. */
export function divideObjects(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const groups: KubeObject[][] = [];
  let bytes = 0;
  for (const object of objects) {
    const size = JSON.stringify(object).length;
    const last = groups.at(-1);
    if (last === undefined || last.length >= maxObjects || bytes + size > maxBytes) {
      groups.push([object]);
      bytes = size;
    } else {
      last.push(object);
      bytes += size;
    }
  }
  return groups;
}

/** Two halves, for when a group was too much or holds what fails. */
export function halveObjects(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const middle = Math.ceil(objects.length / 2);
  return [objects.slice(0, middle), objects.slice(middle)];
}
