import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { helm3, oldClusterAnswers } from '../support/stand-in-answers.ts';
import { installStandInCluster, isWrite } from '../support/stand-in-cluster.ts';

const legacy = `apiVersion: ingress-tls/v1
domain: tonybai.com
controller:
  profile: ingress-nginx-0.15
certificate:
  keyType: ecdsa-p256
services:
  - name: svc8
    mode: reencrypt
  - name: svc9
    mode: passthrough
`;

describe('profile ingress-nginx-0.15', () => {
  it.each([[['apply']], [['apply', '--dry-run']]])(
    'is refused on a newer cluster, which gets the name of the profile to use: %s',
    async (args) => {
      await inProject(legacy, (project, outside) => {
        const cluster = installStandInCluster(outside);
        const result = runProgram(args, { cwd: project, env: cluster.env });
        if (args.length === 1) expectGolden('apply-legacy-refused', args, project, result);
        expect(result).toMatchObject({ exitCode: 2, stdout: '' });
        expect(result.stderr).toContain('profile: ingress-nginx ');
        expect(cluster.calls().filter(isWrite)).toEqual([]);
      });
    },
  );

  it('sends Secrets to Kubernetes 1.15 without a copy of them in an annotation', async () => {
    await inProject(legacy, (project, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(helm3, ...oldClusterAnswers, {
        tool: 'kubectl',
        when: ['get', 'secrets', '-o=name'],
        stdout: 'secret/ic3-svc8-tls\n',
      });
      const args = ['apply', '--concurrency', '1'];
      const result = runProgram(args, { cwd: project, env: cluster.env });
      expectGolden('apply-legacy', args, project, result);
      expect(result.exitCode).toBe(0);
      const sent = cluster.calls('kubectl').filter(isWrite);
      for (const { args, stdin } of sent) {
        expect(args).not.toContain('--server-side');
        // Client-side apply would write the whole Secret into last-applied-configuration.
        if (args.includes('apply')) expect(stdin).not.toMatch(/^kind: Secret$/m);
      }
      const withSecrets = sent.filter(({ stdin }) => /^kind: Secret$/m.test(stdin));
      expect(withSecrets.map(({ args }) => args.filter((arg) => !arg.startsWith('-')))).toEqual([
        ['create'],
        ['replace'],
      ]);
      expect(withSecrets[1]?.stdin).toMatch(/name: "?ic3-svc8-tls"?$/m);
      expect(withSecrets[0]?.stdin).not.toMatch(/name: "?ic3-svc8-tls"?$/m);
    });
  });

  it('the default profile is refused on Kubernetes 1.15', async () => {
    await inProject(
      legacy.replace('  profile: ingress-nginx-0.15\n', '  profile: ingress-nginx\n'),
      (project, outside) => {
        const cluster = installStandInCluster(outside);
        cluster.answer(...oldClusterAnswers);
        const { exitCode, stderr } = runProgram(['apply'], { cwd: project, env: cluster.env });
        expect(exitCode).toBe(2);
        expect(stderr).toContain('profile: ingress-nginx-0.15');
        expect(cluster.calls().filter(isWrite)).toEqual([]);
      },
    );
  });
});
