import { containsFields } from '../kube/contains-fields.ts';
import { isMap } from '../kube/object-fields.ts';
import type { FileObjectChange } from '../model/changes.ts';
import type { KubeObject } from '../model/kube-object.ts';

/** A Secret of the project, and the file that it comes from; without an object while its certificate is not made. */
export interface DesiredSecret {
  readonly path: string;
  readonly name: string;
  readonly namespace: string;
  readonly object: KubeObject | undefined;
}

/** What apply has to do for a Secret. It is compared here, so that hundreds of keys need not be sent to learn that nothing differs. */
export function judgeSecret(
  { path, name, namespace, object: desired }: DesiredSecret,
  live: KubeObject | undefined,
): FileObjectChange {
  const found = { path, object: { kind: 'Secret', name, namespace }, conflicts: [] };
  if (live === undefined) return { ...found, change: 'create' };
  // A key that we no longer send goes: server-side apply removes what its manager leaves out.
  const isSame = desired !== undefined && containsFields(live, desired) && sameKeys(live['data'], desired['data']);
  return { ...found, change: isSame ? 'unchanged' : 'change' };
}

function sameKeys(live: unknown, desired: unknown): boolean {
  return Object.keys(isMap(live) ? live : {}).length === Object.keys(isMap(desired) ? desired : {}).length;
}
