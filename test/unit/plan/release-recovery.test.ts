import { describe, expect, it } from 'vitest';
import type { ReleaseRevision } from '../../../src/model/release-revision.ts';
import { chooseRecovery, isUnfinished } from '../../../src/cluster/release-recovery.ts';

/** `deployed`, `pending-upgrade`, or `pending-rollback to 1`: in order, from revision 1 on. */
function history(...statuses: readonly string[]): readonly ReleaseRevision[] {
  return statuses.map((text, index) => {
    const [status = '', , like] = text.split(' ');
    return { revision: index + 1, status, ...(like === undefined ? {} : { likeRevision: Number(like) }) };
  });
}

describe('chooseRecovery', () => {
  it.each([
    { statuses: [] },
    { statuses: ['deployed'] },
    { statuses: ['superseded', 'failed'] },
    { statuses: ['uninstalled'] },
    // Such records stay for ever.
    { statuses: ['pending-install', 'deployed'] },
    { statuses: ['pending-install', 'superseded', 'pending-upgrade', 'failed'] },
  ])('leaves $statuses alone', ({ statuses }) => {
    expect(chooseRecovery(history(...statuses))).toBeUndefined();
  });

  it.each<{ readonly statuses: readonly string[]; readonly revision: number; readonly why: string }>([
    { statuses: ['pending-install'], revision: 1, why: 'nothing to go back to: completed' },
    { statuses: ['uninstalled', 'pending-install'], revision: 2, why: 'what was there before is gone' },
    { statuses: ['superseded', 'superseded', 'pending-install'], revision: 3, why: 'what was there before is gone' },
    { statuses: ['deployed', 'pending-upgrade'], revision: 1, why: 'back to what was deployed' },
    { statuses: ['superseded', 'pending-upgrade'], revision: 1, why: 'killed between the records of the two' },
    { statuses: ['superseded', 'deployed', 'failed', 'pending-upgrade'], revision: 2, why: 'not to what failed' },
    { statuses: ['failed', 'pending-upgrade'], revision: 1, why: 'its objects may be there' },
    {
      statuses: ['pending-install', 'deployed', 'pending-upgrade'],
      revision: 2,
      why: 'an old pending record counts no more',
    },
    {
      statuses: ['pending-install', 'pending-rollback to 1'],
      revision: 2,
      why: 'the repair of a first install was killed too',
    },
    {
      statuses: ['deployed', 'pending-upgrade', 'pending-rollback to 1'],
      revision: 2,
      why: 'objects of revision 2 may be there, and revision 3 is like 1',
    },
    {
      statuses: ['deployed', 'pending-upgrade', 'pending-rollback to 1', 'pending-rollback to 2'],
      revision: 1,
      why: 'the same, once more',
    },
    {
      statuses: ['superseded', 'deployed', 'pending-rollback to 1'],
      revision: 2,
      why: 'a way back that a person began',
    },
    {
      statuses: ['superseded', 'deployed', 'pending-rollback'],
      revision: 2,
      why: 'a way back that says nothing of itself',
    },
  ])('takes $statuses to revision $revision: $why', ({ statuses, revision }) => {
    expect(chooseRecovery(history(...statuses))).toEqual({ kind: 'rollback', revision });
  });

  it('ends a removal that was begun', () => {
    expect(chooseRecovery(history('superseded', 'uninstalling'))).toEqual({ kind: 'finish-uninstall' });
  });
});

it('knows what helm refuses to upgrade', () => {
  const refused = ['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling'];
  expect(refused.every(isUnfinished)).toBe(true);
  expect(['deployed', 'failed', 'superseded', 'uninstalled', 'unknown'].some(isUnfinished)).toBe(false);
});
