import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createExec } from '../../src/world/exec/exec.ts';
import { listUnready, readRolloutCauses } from '../../src/world/kubectl/rollout-evidence.ts';
import { ingressTls, kubectl, kubectlWithInput, programEnvironment } from '../support/cluster-programs.ts';
import type { Cluster } from '../support/cluster.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { startProgram } from '../support/program.ts';
import { findTool } from '../support/tools.ts';
import { until } from '../support/until.ts';
import { failingWorkloads, serving, writeDeployment } from './engine/failing-workloads.ts';
import { EngineProject } from './engine/project.ts';

const timeout = 300_000;
/** The kubelet takes its time between two tries. */
const polling = { timeout: 120_000, interval: 1000 };

describeWithCluster('why workloads are not ready', (cluster) => {
  const namespace = 'cfw-workloads';
  const read = async (names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> => {
    const exec = createExec({ env: { ...process.env, ...programEnvironment(cluster) }, cwd: process.cwd() });
    return (
      await readRolloutCauses(
        { exec, connection: {}, requestTimeout: 30 },
        names.map((name) => ({ kind: 'Deployment', namespace, name })),
      )
    ).reasons;
  };
  const readOne = async (name: string): Promise<string> =>
    ((await read([name])).get(`Deployment ${namespace}/${name}`) ?? []).join('\n');

  beforeAll(() => {
    kubectl(cluster, 'create', 'namespace', namespace);
    for (const { name, pod } of failingWorkloads)
      kubectlWithInput(cluster, writeDeployment(name, namespace, pod), 'apply', '--filename', '-');
  });

  afterAll(() => {
    remove(cluster, namespace);
  });

  it.each(failingWorkloads)('$name', { timeout }, async ({ name, cause }) => {
    await expect.poll(() => readOne(name), polling).toMatch(cause);
  });

  it('tells those that a person has to mend from those that may become ready', { timeout }, async () => {
    const exec = createExec({ env: { ...process.env, ...programEnvironment(cluster) }, cwd: process.cwd() });
    const references = failingWorkloads.map(({ name }) => ({ kind: 'Deployment', namespace, name }));
    const listStuck = async (): Promise<readonly string[]> =>
      (await listUnready({ exec, connection: {}, requestTimeout: 30 }, references))
        .filter(({ isStuck }) => isStuck)
        .map(({ workload }) => workload.name);
    await expect
      .poll(listStuck, polling)
      .toEqual(failingWorkloads.map(({ name }) => name).filter((name) => name !== 'nowhere' && name !== 'unready'));
  });

  it('tells nothing of one that is ready, and all together what each lacks', { timeout }, async () => {
    kubectlWithInput(
      cluster,
      writeDeployment('fine', namespace, { containers: [serving] }),
      'apply',
      '--filename',
      '-',
    );
    kubectl(cluster, 'rollout', 'status', 'deployment/fine', '--namespace', namespace, '--timeout=60s');
    const causes = await read(['fine', 'absent', ...failingWorkloads.map(({ name }) => name)]);
    expect([...causes.keys()].sort()).toEqual(
      ['absent', ...failingWorkloads.map(({ name }) => name)].map((name) => `Deployment ${namespace}/${name}`).sort(),
    );
    expect(causes.get(`Deployment ${namespace}/absent`)).toEqual(['there is no such object on the cluster']);
  });

  it('quotes the refusals of a quota and of Pod Security', { timeout }, async () => {
    kubectl(cluster, 'create', 'quota', 'none', '--hard=pods=0', '--namespace', namespace);
    kubectlWithInput(
      cluster,
      writeDeployment('quota', namespace, { containers: [{ name: 'main', image: 'x' }] }),
      'apply',
      '--filename',
      '-',
    );
    await expect.poll(() => readOne('quota'), polling).toContain('exceeded quota: none, requested: pods=1');
    kubectl(cluster, 'delete', 'quota', 'none', '--namespace', namespace);
    kubectl(cluster, 'label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
    kubectlWithInput(
      cluster,
      writeDeployment('root', namespace, {
        containers: [{ name: 'main', image: 'x', securityContext: { runAsUser: 0 } }],
      }),
      'apply',
      '--filename',
      '-',
    );
    await expect.poll(() => readOne('root'), polling).toContain('violates PodSecurity "restricted:latest"');
  });

  it('says what it may not see, and does not throw', { timeout }, async () => {
    const exec = createExec({ env: { ...process.env, ...programEnvironment(cluster) }, cwd: process.cwd() });
    const connection = { kubeconfig: '/nonexistent' };
    const { reasons: causes, unready } = await readRolloutCauses({ exec, connection, requestTimeout: 5 }, [
      { kind: 'Deployment', namespace, name: 'image' },
    ]);
    expect(unready.size).toBe(0);
    expect([...causes.values()].flat().join('\n')).toContain('cannot see the workloads');
  });
});

describeWithCluster('apply and destroy among obstacles', (cluster) => {
  let project: EngineProject;
  const inNamespace = (...args: string[]): string => kubectl(cluster, ...args, '--namespace', project.namespace);

  beforeAll(() => {
    project = new EngineProject(cluster, 'cfd', 31993);
  });

  afterAll(() => {
    project.remove();
    remove(cluster, project.namespace, `${project.name}-controller`);
  });

  it('apply waits for a namespace that is still being deleted', { timeout }, async () => {
    kubectl(cluster, 'create', 'namespace', project.namespace);
    inNamespace('create', 'configmap', 'held');
    inNamespace(
      'patch',
      'configmap',
      'held',
      '--type=merge',
      '--patch={"metadata":{"finalizers":["example.test/hold"]}}',
    );
    kubectl(cluster, 'delete', 'namespace', project.namespace, '--wait=false');
    // The namespace controller begins five seconds after the deletion (kubernetes@1.35 pkg/controller/namespace, namespaceDeletionGracePeriod).
    const short = ingressTls(cluster, project.folder, 'apply', '--timeout', '12s');
    expect(short.exitCode).toBe(3);
    expect(short.stderr).toContain('example.test/hold in 1 resource instances');

    const run = startProgram(['apply', '--timeout', '120s'], { cwd: project.folder, env: programEnvironment(cluster) });
    await until(() => run.stderr().includes(`Namespace ${project.namespace} is being deleted: waiting`));
    inNamespace('patch', 'configmap', 'held', '--type=merge', '--patch={"metadata":{"finalizers":null}}');
    const { exitCode, stderr } = await run.ended;
    expect(exitCode, stderr).toBe(0);
  });

  it('destroy keeps a namespace with somebody else’s object, and has waited for its own pods', { timeout }, () => {
    inNamespace('create', 'configmap', 'foreign');
    const { exitCode, stderr } = ingressTls(cluster, project.folder, 'destroy', '--confirm', project.name);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(`kept: namespace ${project.namespace}, which also holds ConfigMap/foreign`);
    expect(inNamespace('get', 'pods,deployments,services,secrets', '--output=name')).toBe('');
    expect(inNamespace('get', 'configmaps', '--output=name').trim().split('\n').sort()).toEqual([
      'configmap/foreign',
      'configmap/kube-root-ca.crt',
    ]);
    expect(kubectl(cluster, 'get', 'namespace', `${project.name}-controller`, '--ignore-not-found')).toBe('');
  });

  it('destroy, run again, takes the namespace once it is empty', { timeout }, () => {
    inNamespace('delete', 'configmap', 'foreign');
    const { exitCode, stderr } = ingressTls(cluster, project.folder, 'destroy', '--confirm', project.name);
    expect(exitCode, stderr).toBe(0);
    expect(kubectl(cluster, 'get', 'namespace', project.namespace, '--ignore-not-found')).toBe('');
  });
});

function remove(cluster: Cluster, ...namespaces: readonly string[]): void {
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
  spawnSync(
    findTool('kubectl') ?? 'kubectl',
    ['delete', 'namespace', ...namespaces, '--ignore-not-found', '--wait=false'],
    { env },
  );
}
