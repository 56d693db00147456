import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices } from '../support/prepared-project.ts';
import { startProgram } from '../support/program.ts';
import { installedAnswers, releaseRecords } from '../support/stand-in-answers.ts';
import { rollout } from '../support/stand-in-rollout.ts';
import { until } from '../support/until.ts';
import { installStandInCluster, type StandInCluster } from '../support/stand-in-cluster.ts';

const twoServices = `${noServices}services:\n  - name: svc7\n    mode: terminate\n  - name: svc8\n    mode: terminate\n`;

const oneByOne = ['apply', '--concurrency', '1'];

function isRunning(cluster: StandInCluster, word: string): boolean {
  return cluster.calls().some(({ args }) => args.includes(word));
}

describe.concurrent('a signal while helm is at work', () => {
  it.each([
    ['Ctrl-C', 'SIGINT', 130],
    ['SIGTERM', 'SIGTERM', 143],
  ] as const)(
    '%s is answered at once, helm ends its work, and nothing more is begun',
    async (title, signal, exitCode) => {
      await inProject(twoServices, async (project, outside) => {
        const cluster = installStandInCluster(outside);
        cluster.answer({ tool: 'helm', when: ['upgrade'], seconds: 6 });
        const run = startProgram(oneByOne, { cwd: project, env: cluster.env });
        await until(() => isRunning(cluster, 'upgrade'));
        run.kill(signal);
        await until(() => run.stderr().includes('Stopping'));
        expect(cluster.events()).not.toContain('end helm upgrade');
        const result = await run.ended;
        if (title === 'Ctrl-C') expectGolden('apply-stopped', oneByOne, project, result);
        expect(result.exitCode).toBe(exitCode);
        expect(cluster.events().filter((event) => event.includes('helm upgrade'))).toEqual([
          'begin helm upgrade',
          'end helm upgrade',
        ]);
        expect(existsSync(join(project, '.ingress-tls/lock'))).toBe(false);
      });
    },
  );

  it('a second Ctrl-C is passed on', async () => {
    await inProject(twoServices, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'helm', when: ['upgrade'], seconds: 1000 });
      const run = startProgram(oneByOne, { cwd: project, env: cluster.env });
      await until(() => isRunning(cluster, 'upgrade'));
      run.kill('SIGINT');
      await until(() => run.stderr().includes('Stopping'));
      run.kill('SIGINT');
      const result = await run.ended;
      expectGolden('apply-stopped-twice', oneByOne, project, result);
      expect(result.exitCode).toBe(130);
      expect(cluster.events()).toContain('SIGINT helm upgrade');
    });
  });

  it('a wait for pods that is cut off takes no release back', async () => {
    await inProject(twoServices, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(
        releaseRecords('ingress-tls/controller=ic3,', 'svc7', 'svc8'),
        { tool: 'kubectl', when: ['get', '--selector=app.kubernetes.io/managed-by'] },
        { tool: 'kubectl', when: ['rollout', 'status', 'deployment/ic3-svc7'], seconds: 1000 },
        { tool: 'helm', when: ['rollback'] },
      );
      const run = startProgram(['apply'], { cwd: project, env: cluster.env });
      await until(() => isRunning(cluster, 'deployment/ic3-svc7'));
      run.kill('SIGINT');
      const { exitCode, stderr } = await run.ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('error: stopped in step 9 of 9: cannot wait for 2 Deployments\n');
      expect(isRunning(cluster, 'rollback')).toBe(false);
      expect(cluster.running()).toEqual([]);
    });
  });

  it('after a wait for pods that is cut off, no other is begun', async () => {
    await inProject(twoServices, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(rollout('default', { 'ic3-svc7': false, 'ic3-svc8': false }), {
        tool: 'kubectl',
        when: ['rollout', 'status', 'deployment/ic3-svc7'],
        seconds: 1000,
      });
      const run = startProgram(['apply'], { cwd: project, env: cluster.env });
      await until(() => isRunning(cluster, 'deployment/ic3-svc7'));
      run.kill('SIGINT');
      const { exitCode, stderr } = await run.ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('error: stopped in step 9 of 9: cannot wait for 2 Deployments\n');
      expect(cluster.running()).toEqual([]);
      expect(isRunning(cluster, 'deployment/ic3-svc8')).toBe(false);
    });
  });

  it('before anything is written, nothing is, and no answer is waited for', async () => {
    await inProject(noServices, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'kubectl', when: ['get', 'nodes'], seconds: 1000 });
      const run = startProgram(['apply'], { cwd: project, env: cluster.env });
      await until(() => isRunning(cluster, 'nodes'));
      run.kill('SIGINT');
      const { exitCode, stderr } = await run.ended;
      expect(exitCode).toBe(130);
      expect(stderr).toContain('error: stopped before anything was written to the cluster\nnext: ingress-tls apply\n');
      await until(() => cluster.running().length === 0);
      expect(isRunning(cluster, 'apply')).toBe(false);
    });
  });

  it('during destroy, it is the same', async () => {
    await inProject(noServices, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...installedAnswers, { tool: 'helm', when: ['uninstall'], seconds: 4 });
      const run = startProgram(['destroy', '--confirm', 'ic3'], { cwd: project, env: cluster.env });
      await until(() => isRunning(cluster, 'uninstall'));
      run.kill('SIGINT');
      const result = await run.ended;
      expectGolden('destroy-stopped', ['destroy', '--confirm', 'ic3'], project, result);
      expect(result.exitCode).toBe(130);
      expect(cluster.calls('helm').filter(({ args }) => args.includes('uninstall'))).toHaveLength(1);
    });
  });
});
