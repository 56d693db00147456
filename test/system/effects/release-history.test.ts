import { describe, expect, it } from 'vitest';
import { createExec } from '../../../src/world/exec/exec.ts';
import { readReleaseHistory } from '../../../src/world/helm/release-history.ts';
import { ToolError } from '../../../src/errors.ts';
import type { ReleaseRevision } from '../../../src/model/release-revision.ts';
import { answering, failureOf, installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

function historyThat(answer: {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exitCode?: number;
}): Promise<readonly ReleaseRevision[]> {
  const when = ['--kube-context=prod', 'history', 'ic3-svc7', '--namespace=shop', '--output=json'];
  const exec = createExec({
    env: installStandIns({ helm: answering([{ when, ...answer }]) }),
    cwd: makeTemporaryFolder(),
  });
  return readReleaseHistory(exec, { context: 'prod' }, { name: 'ic3-svc7', namespace: 'shop' });
}

describe('readReleaseHistory', () => {
  it('reads revisions in order, their times, and what a rollback came from', async () => {
    // As helm 3.22.0 and 4.1.4 print it.
    const stdout =
      '[{"revision":2,"updated":"2026-11-23T07:07:22.662950674Z","status":"pending-upgrade","chart":"x-0.1.0","app_version":"","description":"Preparing upgrade"},' +
      '{"revision":1,"updated":"2026-11-23T08:07:20+01:00","status":"deployed","chart":"x-0.1.0","app_version":"","description":"Install complete"},' +
      '{"revision":3,"updated":"2026-11-23T07:07:25Z","status":"pending-rollback","chart":"x-0.1.0","app_version":"","description":"Rollback to 1"}]\n';
    expect(await historyThat({ stdout })).toEqual([
      { revision: 1, status: 'deployed', begunAt: 1795417640 },
      { revision: 2, status: 'pending-upgrade', begunAt: 1795417642.662 },
      { revision: 3, status: 'pending-rollback', begunAt: 1795417645, likeRevision: 1 },
    ]);
  });

  it('knows a release that is not there', async () => {
    expect(await historyThat({ stderr: 'Error: release: not found\n', exitCode: 1 })).toEqual([]);
  });

  it.each([
    '',
    '{}',
    '[1]',
    '[{"revision":0,"status":"deployed"}]',
    '[{"revision":1,"status":"\\u001b[2J"}]',
    '[{"revision":1}]',
  ])('says that %j is no answer', async (stdout) => {
    expect(await failureOf(() => historyThat({ stdout }))).toMatchObject({
      message: expect.stringContaining('unexpected') as string,
    });
  });

  it('passes a failure of the cluster on', async () => {
    const error = await failureOf(() =>
      historyThat({
        stderr:
          'Error: kubernetes cluster unreachable: Get "https://127.0.0.1:1/version": dial tcp 127.0.0.1:1: connect: connection refused\n',
        exitCode: 1,
      }),
    );
    expect(error).toBeInstanceOf(ToolError);
    expect((error as ToolError).message).toContain('nothing answers at 127.0.0.1:1');
  });
});
