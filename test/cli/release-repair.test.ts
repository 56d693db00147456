import { hostname } from 'node:os';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn, spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inProject, noServices } from '../support/prepared-project.ts';
import { runProgram, startProgram } from '../support/program.ts';
import type { Answer } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite, type StandInCluster } from '../support/stand-in-cluster.ts';
import { until } from '../support/until.ts';

const oneService = `${noServices}services:\n  - name: svc7\n    mode: terminate\n`;
const journalPath = '.ingress-tls/helm/default.ic3-svc7.json';
const deadPid = spawnSync(process.execPath, ['-e', '']).pid;

/** As `kubectl get secrets --show-labels` prints a record. */
function record(status: string, revision: number, seconds: number): Answer {
  const labels = `createdAt=${seconds},ingress-tls/controller=ic3,name=ic3-svc7,owner=helm,status=${status},version=${revision}`;
  return {
    tool: 'kubectl',
    when: ['get', '--selector=owner=helm'],
    stdout: `default   sh.helm.release.v1.ic3-svc7.v${revision}   helm.sh/release.v1   1     2s    ${labels}\n`,
  };
}

function history(...revisions: readonly { readonly status: string; readonly seconds: number }[]): Answer {
  const list = revisions.map(({ status, seconds }, index) => ({
    revision: index + 1,
    updated: new Date(1000 * seconds).toISOString(),
    status,
    chart: 'svc7-0.1.0',
    app_version: '',
    description: '',
  }));
  return { tool: 'helm', when: ['history', 'ic3-svc7'], stdout: JSON.stringify(list) };
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}

function leaveJournal(project: string, pid: number): void {
  mkdirSync(join(project, '.ingress-tls/helm'), { recursive: true });
  const entry = {
    version: 1,
    pid,
    startedAt: seconds(),
    hostname: hostname(),
    context: 'demo',
    server: 'https://192.0.2.1:6443',
  };
  writeFileSync(join(project, journalPath), JSON.stringify(entry));
}

/** The helm commands that change something, without what says where. */
function writes(cluster: StandInCluster): readonly string[] {
  return cluster
    .calls('helm')
    .filter(isWrite)
    .map(({ args }) => args.filter((arg) => !arg.startsWith('-')).join(' '));
}

/** Nothing of a chart is there. */
const noObjects: Answer = { tool: 'kubectl', when: ['get', '--selector=app.kubernetes.io/managed-by'], stdout: '[]' };

const rollback: Answer = { tool: 'helm', when: ['rollback'], stdout: 'Rollback was a success! Happy Helming!\n' };

describe('apply and a release that a helm left', () => {
  it('goes back at once when that helm was ours and is gone', async () => {
    await inProject(oneService, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const now = seconds();
      cluster.answer(
        noObjects,
        record('pending-upgrade', 2, now),
        history({ status: 'deployed', seconds: now - 900 }, { status: 'pending-upgrade', seconds: now }),
        rollback,
      );
      leaveJournal(project, deadPid);
      const { exitCode, stderr } = runProgram(['apply'], { cwd: project, env: cluster.env });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain(
        'Release default/ic3-svc7 was left pending-upgrade by a helm that was stopped: going back to revision 1.\n',
      );
      expect(writes(cluster)).toEqual(['rollback ic3-svc7 1', 'upgrade ic3-svc7 ./charts/svc7']);
      expect(existsSync(join(project, journalPath))).toBe(false);
    });
  });

  it('completes a first install that is older than the timeout, whoever left it', async () => {
    await inProject(oneService, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const then = seconds() - 120;
      cluster.answer(
        noObjects,
        record('pending-install', 1, then),
        history({ status: 'pending-install', seconds: then }),
        rollback,
      );
      const { exitCode, stderr } = runProgram(['apply', '--timeout', '60s'], { cwd: project, env: cluster.env });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain('left pending-install by a helm that was stopped: completing revision 1.\n');
      expect(writes(cluster)[0]).toBe('rollback ic3-svc7 1');
    });
  });

  it('ends a removal', async () => {
    await inProject(oneService, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const then = seconds() - 900;
      cluster.answer(noObjects, record('uninstalling', 1, then), history({ status: 'uninstalling', seconds: then }));
      const { exitCode, stderr } = runProgram(['apply'], { cwd: project, env: cluster.env });
      expect(exitCode, stderr).toBe(0);
      expect(stderr).toContain('left uninstalling by a helm that was stopped: ending its removal.\n');
      expect(cluster.calls('helm').filter(isWrite)[0]?.args).toEqual(
        expect.arrayContaining(['uninstall', 'ic3-svc7', '--keep-history']),
      );
    });
  });

  it('waits for a helm that nobody knows, says how long, and ends at Ctrl-C; --force-pending does not wait', async () => {
    await inProject(oneService, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      const now = seconds();
      cluster.answer(
        noObjects,
        record('pending-upgrade', 2, now),
        history({ status: 'deployed', seconds: now - 900 }, { status: 'pending-upgrade', seconds: now }),
        rollback,
      );
      const run = startProgram(['apply'], { cwd: project, env: cluster.env });
      await until(() => run.stderr().includes('--force-pending does not wait'));
      expect(run.stderr()).toMatch(
        /Release default\/ic3-svc7 is pending-upgrade since \d+ s: another helm works on it, or was killed\. Waiting until it ends, \d+ s at most/,
      );
      run.kill('SIGINT');
      const { exitCode, stderr } = await run.ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('stopped while waiting for release default/ic3-svc7');
      expect(writes(cluster)).toEqual([]);

      const forced = runProgram(['apply', '--force-pending'], { cwd: project, env: cluster.env });
      expect(forced.exitCode, forced.stderr).toBe(0);
      expect(writes(cluster)[0]).toBe('rollback ic3-svc7 1');
    });
  });

  it('waits for a helm of ours that still runs, even when forced', async () => {
    await inProject(oneService, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      const helm = spawn('sleep', ['1000']);
      onTestFinished(() => {
        helm.kill();
      });
      leaveJournal(project, helm.pid ?? 0);
      const run = startProgram(['apply', '--force-pending'], { cwd: project, env: cluster.env });
      await until(() =>
        run.stderr().includes(`helm still works on release default/ic3-svc7, as process ${helm.pid ?? 0}`),
      );
      expect(writes(cluster)).toEqual([]);
      cluster.answer({
        tool: 'helm',
        when: ['history', 'ic3-svc7'],
        stderr: 'Error: release: not found\n',
        exitCode: 1,
      });
      helm.kill();
      const { exitCode, stderr } = await run.ended;
      expect(exitCode, stderr).toBe(0);
      expect(writes(cluster)).toEqual(['upgrade ic3-svc7 ./charts/svc7']);
    });
  });
});
