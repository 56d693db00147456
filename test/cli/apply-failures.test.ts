import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices } from '../support/prepared-project.ts';
import { pemBlock } from '../support/certs/pem-block.ts';
import { runProgram, startProgram } from '../support/program.ts';
import {
  brokenRolloutAnswers,
  dryRunTakesAll,
  expiredCredentials,
  pendingRelease,
  refusedConnection,
  type Answer,
} from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';

const twoServices = `${noServices}services:\n  - name: svc7\n    mode: terminate\n  - name: svc8\n    mode: terminate\n`;

describe('apply exits 3 before anything is written to the cluster', () => {
  it.each<readonly [string, readonly ('kubectl' | 'helm')[]]>([
    ['without kubectl', ['helm']],
    ['without helm', ['kubectl']],
  ])('%s, and says how to install it', async (title, tools) => {
    await inProject(noServices, (project, outside) => {
      const cluster = installStandInCluster(outside, tools);
      const result = runProgram(['apply'], { cwd: project, env: cluster.env });
      expectGolden(`apply-${title.replaceAll(' ', '-')}`, ['apply'], project, result);
      expect(result).toMatchObject({ exitCode: 3, stdout: '' });
      expect(result.stderr).toContain('https://');
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  it.each<readonly [string, Answer]>([
    [
      'unreachable-cluster',
      { tool: 'kubectl', when: ['version', '--request-timeout'], stderr: refusedConnection, exitCode: 1 },
    ],
    [
      'expired-credentials',
      { tool: 'kubectl', when: ['version', '--request-timeout'], stderr: expiredCredentials, exitCode: 1 },
    ],
    [
      'garbage',
      {
        tool: 'kubectl',
        when: ['version', '--request-timeout'],
        stdout: '\u001b[2J<html>Welcome to the proxy</html>\n',
      },
    ],
    [
      'no-context',
      {
        tool: 'kubectl',
        when: ['config', 'view'],
        stderr: 'error: current-context must exist in order to minify\n',
        exitCode: 1,
      },
    ],
    ['garbage-of-records', { tool: 'kubectl', when: ['get', '--show-labels'], stdout: 'WARNING: no table\n' }],
    ['helm-too-old', { tool: 'helm', when: ['version'], stdout: 'v3.9.0' }],
  ])('%s', async (name, answer) => {
    await inProject(noServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(answer);
      const result = runProgram(['apply'], { cwd: project, env: { ...cluster.env, KUBECONFIG: 'no-such-kubeconfig' } });
      expectGolden(`apply-${name}`, ['apply'], project, result);
      expect(result).toMatchObject({ exitCode: 3, stdout: '' });
      expect(result.stderr).not.toContain('\u001b');
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  it('when kubectl hangs, within a bounded time', async () => {
    await inProject(noServices, async (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'kubectl', when: ['version', '--request-timeout'], seconds: 1000 });
      const { exitCode, stdout, stderr } = await startProgram(['apply', '--timeout', '1s'], {
        cwd: project,
        env: cluster.env,
      }).ended;
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
      expect(stderr).toMatch(/kubectl did not end within \d+ s/);
      expect(stderr).toContain('\nnext: ');
      expect(cluster.events()).toEqual(expect.arrayContaining(['SIGTERM kubectl version']));
    });
  });
});

describe('apply that fails on the way', () => {
  it('says what has been done and what has not; run again, it continues', async () => {
    await inProject(twoServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...brokenRolloutAnswers);
      const failed = runProgram(['apply'], { cwd: project, env: cluster.env });
      expectGolden('apply-failed-rollout', ['apply'], project, failed);
      expect(failed).toMatchObject({ exitCode: 3, stdout: '' });
      expect(cluster.calls('helm').filter(isWrite)).toEqual([]);

      cluster.answer({ tool: 'kubectl', when: ['rollout', 'status'] });
      cluster.forget();
      expect(runProgram(['apply'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
      expect(cluster.calls('helm').filter(isWrite)).toHaveLength(2);
    });
  });

  it('explains a release that a killed helm left pending, and stops there', async () => {
    await inProject(twoServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer({ tool: 'helm', when: ['upgrade', 'ic3-svc7'], stderr: pendingRelease, exitCode: 1 });
      const args = ['apply', '--json', '--concurrency', '1'];
      const result = runProgram(args, { cwd: project, env: cluster.env });
      expectGolden('apply-pending-release', args, project, result);
      expect(result).toMatchObject({ exitCode: 3, stdout: '' });
      expect(cluster.calls('helm').filter(isWrite)).toHaveLength(1);
    });
  });

  it('shows the tool’s own words without the key that stands in them', async () => {
    await inProject(noServices, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const key = pemBlock('PRIVATE KEY', 'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg0123456789abcdef');
      const data = Buffer.from(key).toString('base64');
      cluster.answer(dryRunTakesAll, {
        tool: 'kubectl',
        when: ['apply'],
        stderr: `error: cannot patch: {"data":{"tls.key":"${data}"}}\n${key}`,
        exitCode: 1,
      });
      const { exitCode, stdout, stderr } = runProgram(['apply', '--verbose'], { cwd: project, env: cluster.env });
      expect(exitCode).toBe(3);
      expect(stderr).toContain('error: step 1 of ');
      expect(stderr).toContain('cannot patch');
      for (const secret of [data, data.slice(40, 80), 'MIGHAgEAMBMG']) expect(stdout + stderr).not.toContain(secret);
    });
  });
});
