import type { Change, ClusterChanges } from '../model/changes.ts';
import type { Orphans } from './apply-plan.ts';

/** How many of each there are: objects that kubectl brings and releases, each counting once. */
export type ChangeCounts = Readonly<Record<Change, number>>;

export function countChanges({ objects, releases }: ClusterChanges): ChangeCounts {
  const all = [...objects, ...releases];
  const count = (wanted: Change): number => all.filter(({ change }) => change === wanted).length;
  return { create: count('create'), change: count('change'), delete: count('delete'), unchanged: count('unchanged') };
}

/** Whether anything would not stay as it is. */
export function hasChanges(changes: ClusterChanges): boolean {
  const { create, change, delete: deleted } = countChanges(changes);
  return create + change + deleted > 0;
}

/** The same with what the cluster has and the project does not bring: apply leaves it alone unless told otherwise. */
export function addOrphans({ objects, releases }: ClusterChanges, orphans: Orphans): ClusterChanges {
  return {
    objects: [
      ...objects,
      ...orphans.objects.map(({ kind, name, namespace }) => ({
        path: '',
        object: { kind, name, ...(namespace === undefined ? {} : { namespace }) },
        change: 'delete' as const,
        conflicts: [],
      })),
    ],
    releases: [
      ...releases,
      ...orphans.releases.map(({ name, namespace }) => ({
        service: '',
        release: name,
        namespace,
        change: 'delete' as const,
        reasons: [{ about: 'unwanted' as const }],
      })),
    ],
  };
}
