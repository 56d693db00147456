import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeUnless, describeWithTool } from '../support/describe-with.ts';
import { imitateToken, podMissing, runInPod, type ServiceAccount } from '../support/pod.ts';
import { inProject, noServices } from '../support/prepared-project.ts';
import { inFreshFolder } from '../support/program.ts';
import { installedAnswers } from '../support/stand-in-answers.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';
import { pathWith } from '../support/tools.ts';
import { serveTls, writeKubeconfig } from '../support/effects/fake-api-server.ts';

const token = imitateToken('build', 'deployer');

async function serveCluster(): Promise<ServiceAccount> {
  const { url, authority } = await serveTls(new Date('2049-01-01'), ({ headers }, response) => {
    response.writeHead(headers.authorization === `Bearer ${token}` ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ major: '1', minor: '35', gitVersion: 'v1.35.0' }));
  });
  const { hostname, port } = new URL(url);
  return { host: hostname, port, token, authority: Buffer.from(authority, 'base64').toString(), namespace: 'build' };
}

describeUnless(podMissing(), 'in a pod', () => {
  describeWithTool('kubectl', 'with the real kubectl', () => {
    it.each([
      ['no kubeconfig', {}],
      ['a kubeconfig that is not there', { KUBECONFIG: '/nowhere/config' }],
      ['a kubeconfig without a context', { KUBECONFIG: 'contextless' }],
    ])('and %s goes where its service account belongs', async (_, env) => {
      await inFreshFolder(async (folder) => {
        writeFileSync(join(folder, 'contextless'), 'apiVersion: v1\nkind: Config\nclusters: []\n');
        const account = await serveCluster();
        const { stdout, stderr } = await runInPod(['doctor'], account, {
          cwd: folder,
          env: { PATH: pathWith('kubectl'), ...env },
        });
        expect(stdout).toContain(
          `ok       cluster: context in-cluster (service account deployer of namespace build), server https://${account.host}:${account.port}, Kubernetes v1.35.0\n`,
        );
        expect(stdout + stderr).not.toContain(token.split('.')[1]);
      });
    });

    it.each([
      ['KUBECONFIG', (path: string) => [[], { KUBECONFIG: path }] as const],
      ['--kubeconfig', (path: string) => [['--kubeconfig', path], {}] as const],
    ])('goes where %s says, if that says where', async (_, choose) => {
      await inFreshFolder(async (folder) => {
        const [args, env] = choose(writeKubeconfig('http://127.0.0.1:1'));
        const { stdout } = await runInPod(['doctor', ...args], await serveCluster(), {
          cwd: folder,
          env: { PATH: pathWith('kubectl'), ...env },
        });
        expect(stdout).toContain('cannot reach the cluster of context here (http://127.0.0.1:1)');
      });
    });
  });

  it('prints and runs commands that name no context, which nobody else would know, and leaves no file behind', async () => {
    await inProject(noServices, async (folder, outside) => {
      const cluster = installStandInCluster(outside);
      cluster.answer(...installedAnswers);
      const account = { host: '192.0.2.1', port: '443', token, authority: 'x', namespace: 'build' };
      const env = { ...cluster.env, TMPDIR: join(outside, 'tmp') };
      mkdirSync(env.TMPDIR);
      const plan = await runInPod(['apply', '--dry-run'], account, { cwd: folder, env });
      expect(plan).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('kubectl apply --server-side') as string,
      });
      expect((await runInPod(['destroy', '--confirm', 'ic3'], account, { cwd: folder, env })).exitCode).toBe(0);
      expect(plan.stdout + JSON.stringify(cluster.calls())).not.toMatch(/--(?:kube-)?context|--kubeconfig/);
      expect(readdirSync(env.TMPDIR)).toEqual([]);
    });
  });
});
