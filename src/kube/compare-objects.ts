import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../model/changes.ts';
import type { KubeObject } from '../model/kube-object.ts';

/** What the API server keeps by itself: nobody sends it, and it differs from one write to the next. */
const keptByServer: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** An object without what the API server keeps in it by itself: its status and its own metadata. */
export function stripServerFields(object: KubeObject): KubeObject {
  const fields = Object.entries(object).filter(([key]) => key !== 'status');
  const metadata = Object.entries(object.metadata).filter(([key]) => !keptByServer.has(key));
  return { ...Object.fromEntries(fields), metadata: Object.fromEntries(metadata) } as unknown as KubeObject;
}

/**
 * What separates an object as it is from what it would become, both by the API server's word: there, an absent field and an
 * empty one are not the same.
 */
export function compareObjects(live: KubeObject | undefined, merged: KubeObject): Exclude<Change, 'delete'> {
  if (live === undefined) return 'create';
  return isDeepStrictEqual(stripServerFields(live), stripServerFields(merged)) ? 'unchanged' : 'change';
}
