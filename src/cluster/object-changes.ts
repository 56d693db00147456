import { containsFields } from '../kube/contains-fields.ts';
import { isMap } from '../kube/object-fields.ts';
import { nameObject } from '../kube/object-identity.ts';
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

/** A Secret of the project whose keys are not here. */
export interface UnwritableSecret {
  readonly path: string;
  readonly object: KubeObject;
  /** What it holds beside them, in base64; undefined while it is not all known. */
  readonly others: Readonly<Record<string, string>> | undefined;
  readonly keys: readonly string[];
}

/** Whether a Secret that cannot be written is as it should be: by its certificate alone, since the key cannot be compared. */
export function judgeUnwritable(
  { path, object, others, keys }: UnwritableSecret,
  live: KubeObject | undefined,
): FileObjectChange {
  const data = live?.['data'];
  const isSame =
    others !== undefined &&
    isMap(data) &&
    Object.entries(others).every(([name, value]) => isSameText(data[name], value));
  return {
    ...{ path, object: nameObject(object), conflicts: [], missingKeys: keys },
    change: live === undefined ? 'create' : isSame ? 'unchanged' : 'change',
  };
}

/** PEM says the same with other line ends. */
function isSameText(live: unknown, desired: string): boolean {
  const read = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8').replaceAll(/\s/g, '');
  return typeof live === 'string' && read(live) === read(desired);
}

function sameKeys(live: unknown, desired: unknown): boolean {
  return Object.keys(isMap(live) ? live : {}).length === Object.keys(isMap(desired) ? desired : {}).length;
}
