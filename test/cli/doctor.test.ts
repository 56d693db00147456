import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram } from '../support/program.ts';
import { expiredCredentials, nodePortUser, oldClusterAnswers } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';

describe('doctor', () => {
  it('finds everything in order', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const result = runProgram(['doctor'], { cwd: project, env: cluster.env });
      expectGolden('doctor', ['doctor'], project, result);
      expect(result.exitCode).toBe(0);
      expect(cluster.calls().filter(isWrite)).toEqual([]);
    });
  });

  it('names what is missing, each with its remedy, and exits 1', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside, []);
      const result = runProgram(['doctor'], { cwd: project, env: cluster.env });
      expectGolden('doctor-without-tools', ['doctor'], project, result);
      expect(result.exitCode).toBe(1);
      const lines = result.stdout.split('\n');
      for (const [index, line] of lines.entries()) {
        if (line.startsWith('failed'))
          expect(lines.slice(index + 1).find((next) => !/^ {9}(?!->)/.test(next))).toMatch(/^ {9}-> /);
      }
    });
  });

  it('tells a cluster that is too old, a node port that is taken, credentials that have expired', async () => {
    await inProject(threeModes, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(nodePortUser(30_092, 'shop', 'front'), ...oldClusterAnswers);
      const old = runProgram(['doctor'], { cwd: project, env: cluster.env });
      expectGolden('doctor-old-cluster', ['doctor'], project, old);
      expect(old.exitCode).toBe(1);
      cluster.answer({
        tool: 'kubectl',
        when: ['version', '--request-timeout'],
        stderr: expiredCredentials,
        exitCode: 1,
      });
      const expired = runProgram(['doctor', '--json'], { cwd: project, env: cluster.env });
      expect(expired.exitCode).toBe(1);
      const { findings } = JSON.parse(expired.stdout) as {
        findings: { check: string; status: string; found: string; remedy?: string }[];
      };
      expect(findings.find(({ check }) => check === 'cluster')).toMatchObject({
        status: 'failed',
        found: expect.stringContaining('have expired') as string,
        remedy: expect.stringContaining('Log in') as string,
      });
    });
  });

  it('works without a project and with a broken one', async () => {
    await inFreshFolder((folder) => {
      const cluster = installStandInCluster(folder);
      const without = runProgram(['doctor'], { cwd: folder, env: cluster.env });
      expect(without.exitCode).toBe(0);
      expect(without.stdout).toContain('no ingress-tls.yaml here');
      writeFileSync(join(folder, 'ingress-tls.yaml'), 'domain: [\n');
      const broken = runProgram(['doctor'], { cwd: folder, env: cluster.env });
      expect(broken.exitCode).toBe(1);
      expect(broken.stdout).toMatch(/^failed {3}project: /m);
    });
  });
});
