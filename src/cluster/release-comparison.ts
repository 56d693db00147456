import { compareObjects } from '../kube/compare-objects.ts';
import { isSameObject, nameObject } from '../kube/object-identity.ts';
import { isKeptByHelm, isOwnedByRelease } from '../kube/release-metadata.ts';
import { dropRemovedFields } from '../kube/removed-fields.ts';
import type { Difference, ObjectChange, ObjectDifference, ReleaseChange, ReleaseRecord } from '../model/changes.ts';
import type { PlannedService } from '../model/chart.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { differenceOf } from './status-drift.ts';

/** A release as its chart wants it, and as the cluster remembers it. */
export interface ComparedRelease {
  readonly service: PlannedService;
  /** Absent also where the release was uninstalled and its history kept. */
  readonly record: ReleaseRecord | undefined;
  /** Absent: the record does not say. */
  readonly isSameChart: boolean | undefined;
  readonly desired: readonly KubeObject[];
  /** What its newest revision was made of; nothing where the chart is the same. */
  readonly earlier: readonly KubeObject[];
}

/** What the API server says would become of an object. */
export interface PreviewedChange extends ObjectChange {
  /** Whether patches will write it: they leave alone what the API server does not know to be the manager's. */
  readonly isPatched: boolean;
}

/** Of the earlier objects, those that the chart no longer has. */
export function listGone({ earlier, desired }: ComparedRelease): readonly KubeObject[] {
  return earlier.filter((object) => !desired.some((other) => isSameObject(other, object)));
}

/**
 * What apply has to do for a release of which every object was looked at.
 *
 * @param previews of the desired objects, in their order.
 * @param live those that exist of what listGone says, by the object that it lists.
 */
export function judgeComparedRelease(
  release: ComparedRelease,
  previews: readonly PreviewedChange[],
  live: ReadonlyMap<KubeObject, KubeObject>,
): ReleaseChange {
  const { service, record, isSameChart } = release;
  const desired = previews.map((preview, place) => judgePreview(release, preview, release.desired[place]));
  const gone = listGone(release).flatMap((object): readonly ObjectChange[] => {
    const before = live.get(object);
    return before === undefined || isKeptByHelm(before)
      ? []
      : [{ object: nameObject(object), change: 'delete', before, conflicts: [] }];
  });
  const objects = [...desired, ...gone];
  const known = { service: service.name, release: service.release, namespace: service.namespace, objects };
  if (record === undefined) return { ...known, change: 'create', reasons: [] };
  const reasons: readonly Difference[] = [
    ...(record.status === 'deployed' ? [] : [{ about: 'revision-status', status: record.status } as const]),
    // apply makes it anew, whatever it was made from: the next run is to know.
    ...(isSameChart === undefined && record.status === 'deployed' ? [{ about: 'revision-origin' } as const] : []),
    ...(isSameChart === false ? [{ about: 'chart' } as const] : []),
    ...objects.flatMap(listDifference),
  ];
  return { ...known, change: reasons.length === 0 ? 'unchanged' : 'change', reasons };
}

function judgePreview(
  { service, record, earlier }: ComparedRelease,
  { isPatched, ...change }: PreviewedChange,
  desired: KubeObject | undefined,
): ObjectChange {
  const owner = { name: service.release, namespace: service.namespace };
  if (record === undefined && change.before !== undefined && !isOwnedByRelease(change.before, owner)) {
    return {
      ...change,
      refusal:
        change.refusal ?? `it exists and does not belong to release ${service.release}: helm does not take it over`,
    };
  }
  const old = desired === undefined ? undefined : earlier.find((object) => isSameObject(desired, object));
  if (
    !isPatched ||
    change.before === undefined ||
    desired === undefined ||
    old === undefined ||
    change.refusal !== undefined
  )
    return change;
  const after = dropRemovedFields(change.after ?? change.before, old, desired);
  return compareObjects(change.before, after) === 'unchanged' ? change : { ...change, change: 'change', after };
}

function listDifference({ object, change, refusal }: ObjectChange): readonly ObjectDifference[] {
  if (change !== 'unchanged') return [differenceOf(object, change)];
  return refusal === undefined ? [] : [{ about: 'object', object, state: 'refused' }];
}
