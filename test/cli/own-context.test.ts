import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';

const ofProd = `context: prod\n${threeModes}`;

/** All that ask a cluster. The stand-in's current context is demo. */
const commands = [
  ['apply'],
  ['apply', '--dry-run'],
  ['diff'],
  ['status'],
  ['destroy', '--confirm', 'ic3'],
  ['destroy', '--dry-run'],
  ['verify'],
  ['verify', '--deep'],
  ['curl', 'svc7'],
] as const;

describe('a project that belongs to another context than the current one', () => {
  it('asks that cluster nothing, and says both ways on', async () => {
    await inProject(ofProd, (project, outside) => {
      const cluster = installStandInCluster(outside);
      for (const args of commands) {
        const { exitCode, stderr } = runProgram(args, { cwd: project, env: cluster.env });
        expect({ args, exitCode }).toEqual({ args, exitCode: 2 });
        expect(stderr).toContain(
          'error: this project belongs to context prod, and the current one is demo (https://192.0.2.1:6443)\n',
        );
        expect(stderr).toContain(
          'give the command --context prod, or make that the current one: kubectl config use-context prod\n',
        );
        expect(stderr).toContain('if the cluster of demo is meant all the same: --context demo\n');
      }
      const local = /^(?:config view|version --client|version --template|version)\b/;
      expect(cluster.calls().filter(({ tool, args }) => tool === 'kubectl' && !local.test(args.join(' ')))).toEqual([]);
      const doctor = runProgram(['doctor'], { cwd: project, env: cluster.env });
      expect(doctor.exitCode).toBe(1);
      expect(doctor.stdout).toContain('failed   cluster: this project belongs to context prod');
    });
  });

  it('goes there where the command names it', async () => {
    await inProject(ofProd, (project, outside) => {
      const cluster = installStandInCluster(outside);
      const { exitCode } = runProgram(['apply', '--dry-run', '--context', 'demo'], { cwd: project, env: cluster.env });
      expect(exitCode).toBe(0);
      const doctor = runProgram(['doctor', '--context', 'demo'], { cwd: project, env: cluster.env });
      expect(doctor.stdout).toContain(
        'warning  context: the project belongs to context prod, and --context names another',
      );
    });
  });

  it('needs no option where it is the current one', async () => {
    await inProject(ofProd.replace('prod', 'demo'), (project, outside) => {
      const cluster = installStandInCluster(outside);
      expect(runProgram(['apply', '--dry-run'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
      expect(runProgram(['doctor'], { cwd: project, env: cluster.env }).stdout).toContain(
        'ok       context: the project belongs to this context',
      );
      expect(runProgram(['list'], { cwd: project }).stdout).toContain('; context demo\n');
      expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toContain('context: demo');
    });
  });
});
