import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { helm, kubectl, kubectlWithInput, programEnvironment, readObject } from '../support/cluster-programs.ts';
import { describeUnless, describeWithCluster } from '../support/describe-with.ts';
import { podMissing, runInPod, type ServiceAccount } from '../support/pod.ts';
import { startProgram, type ProgramResult } from '../support/program.ts';
import { findTool, pathWith } from '../support/tools.ts';
import { addressOf } from './engine/project.ts';

const timeout = 300_000;
const name = 'cpe';

// No pod has to become ready for any of it: what is tried is who asks the cluster, and how.
describeWithCluster('what a person’s machine adds', (cluster) => {
  const folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
  const home = join(folder, 'home');
  const tools = [cluster.helm ?? 'helm', 'kubectl1.35'] as const;

  beforeAll(() => {
    mkdirSync(join(home, '.kube'), { recursive: true });
    const option = (command: string, option: string, value: string): object => ({
      command,
      options: [{ name: option, default: value }],
    });
    // As the documentation of kuberc has it, and worse.
    const defaults = [
      option('delete', 'interactive', 'true'),
      option('apply', 'dry-run', 'server'),
      option('get', 'show-labels', 'true'),
      option('get', 'output', 'wide'),
    ];
    writeFileSync(
      join(home, '.kube/kuberc'),
      JSON.stringify({ apiVersion: 'kubectl.config.k8s.io/v1beta1', kind: 'Preference', defaults }),
    );
    writeFileSync(
      join(folder, 'ingress-tls.yaml'),
      `apiVersion: ingress-tls/v1
domain: ${name}.test
namespace: ${name}-services
controller:
  profile: traefik
  name: ${name}
  namespace: ${name}-controller
  nodePort: 30110
certificate:
  keyType: ecdsa-p256
services:
  - name: svc7
    mode: terminate
`,
    );
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    kubectl(
      cluster,
      'delete',
      'namespaces',
      `${name}-services`,
      `${name}-controller`,
      `${name}-ci`,
      '--ignore-not-found',
      '--timeout=120s',
    );
    kubectl(
      cluster,
      'delete',
      'clusterroles,clusterrolebindings,ingressclasses',
      `--selector=ingress-tls/controller=${name}`,
    );
    kubectl(cluster, 'delete', 'clusterrolebinding', `${name}-ci`, '--ignore-not-found');
  });

  const applied = (): readonly string[] =>
    kubectl(
      cluster,
      'get',
      'secrets,services,deployments',
      '--all-namespaces',
      `--selector=ingress-tls/controller=${name},owner!=helm`,
      '--output=name',
    )
      .trim()
      .split('\n')
      .filter((line) => line !== '');
  const release = (): string => helm(cluster, 'list', '--namespace', `${name}-services`, '--short').trim();
  const installRelease = (): string =>
    helm(
      cluster,
      'upgrade',
      '--install',
      `${name}-svc7`,
      join(folder, 'charts/svc7'),
      '--namespace',
      `${name}-services`,
      '--labels',
      `ingress-tls/controller=${name}`,
    );

  /** Applies, and makes the release that apply does not come to where no controller starts; then prunes, looks and destroys. */
  const tryAll = async (run: (...args: readonly string[]) => Promise<ProgramResult>, words: RegExp): Promise<void> => {
    const apply = await run('apply', '--timeout', '15s');
    expect([0, 3], apply.stderr).toContain(apply.exitCode);
    expect(apply.stderr).toMatch(words);
    expect(applied()).toHaveLength(3);
    installRelease();
    expect(release()).toBe(`${name}-svc7`);
    const status = await run('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ services: [{ release: { status: 'deployed' } }] });
    const destroy = await run('destroy', '--confirm', name);
    expect(destroy.exitCode, destroy.stderr).toBe(0);
    expect([...applied(), release()]).toEqual(['']);
    expect(kubectl(cluster, 'get', 'namespaces', `${name}-services`, `${name}-controller`, '--ignore-not-found')).toBe(
      '',
    );
  };

  describeUnless(findTool('kubectl1.35') === undefined ? 'no kubectl of 1.35 or later' : undefined, 'a kuberc', () => {
    it('changes nothing of apply, status and destroy', { timeout }, async () => {
      const env = { ...programEnvironment(cluster), PATH: pathWith(...tools), HOME: home };
      await tryAll((...args) => startProgram(args, { cwd: folder, env }).ended, /^Cluster: context /m);
    });
  });

  describeUnless(podMissing(), 'a pod with a service account', () => {
    it('and no kubeconfig is enough for apply, status and destroy', { timeout }, async () => {
      kubectl(cluster, 'create', 'namespace', `${name}-ci`);
      kubectl(cluster, 'create', 'serviceaccount', 'deployer', `--namespace=${name}-ci`);
      kubectl(
        cluster,
        'create',
        'clusterrolebinding',
        `${name}-ci`,
        '--clusterrole=cluster-admin',
        `--serviceaccount=${name}-ci:deployer`,
      );
      const { data } = readObject(cluster, 'configmap', 'kube-root-ca.crt', `--namespace=${name}-ci`) as {
        readonly data: Readonly<Record<string, string>>;
      };
      const { host, port } = addressOf(cluster);
      const account: ServiceAccount = {
        ...{ host, port: String(port), namespace: `${name}-ci`, authority: data['ca.crt'] ?? '' },
        token: kubectlWithInput(cluster, '', 'create', 'token', 'deployer', `--namespace=${name}-ci`).trim(),
      };
      const env = { PATH: pathWith(...tools), HOME: join(folder, 'nobody') };
      await tryAll(
        (...args) => runInPod(args, account, { cwd: folder, env }),
        new RegExp(
          `^Cluster: context in-cluster \\(service account deployer of namespace ${name}-ci\\), server https://${host}:${port}, `,
          'm',
        ),
      );
    });
  });
});
