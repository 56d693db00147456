import type { ReleaseRevision } from '../model/release-revision.ts';

/** What brings a release out of a state in which helm refuses every upgrade. */
export type Recovery = { readonly kind: 'rollback'; readonly revision: number } | { readonly kind: 'finish-uninstall' };

/** Whether helm is at work on a release, or was killed while it was. */
export function isUnfinished(status: string): boolean {
  return status.startsWith('pending-') || status === 'uninstalling';
}

/**
 * Chooses how a release that a killed helm left is freed, so that its history stays and no object is left over: a rollback deletes
 * what the newest revision has and the chosen one has not (helm@4.1.4:pkg/action/rollback.go, performRollback), so the two together
 * must hold all that may be on the cluster.
 *
 * @param revisions the oldest first.
 * @returns undefined when the newest revision is finished.
 */
export function chooseRecovery(revisions: readonly ReleaseRevision[]): Recovery | undefined {
  const newest = revisions.at(-1);
  if (newest === undefined || !isUnfinished(newest.status)) return undefined;
  if (newest.status === 'uninstalling') return { kind: 'finish-uninstall' };
  return { kind: 'rollback', revision: chooseRevision(revisions.slice(0, -1), newest) };
}

function chooseRevision(earlier: readonly ReleaseRevision[], newest: ReleaseRevision): number {
  // Nothing is installed, whatever was before: the helm that was killed found the release absent or uninstalled.
  if (newest.status === 'pending-install') return newest.revision;
  const base =
    earlier.findLast(({ status }) => status === 'deployed' || status === 'superseded') ??
    earlier.findLast(({ status }) => status === 'failed');
  if (base === undefined) return newest.revision;
  // A way back to the base that was cut off: what it came away from is the other half.
  const left = earlier.findLast(({ status, revision }) => status === 'pending-upgrade' && revision > base.revision);
  return newest.likeRevision === base.revision && left !== undefined ? left.revision : base.revision;
}
