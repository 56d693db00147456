import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultImage } from '../../src/controllers/traefik/deployment.ts';
import { ingressTls, kubectl, kubectlWithInput } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';

const name = 'icp';
const edge = `${name}-edge`;
const shop = `${name}-shop`;
const nodePort = 31591;
const provider = '--providers.kubernetesIngressNGINX';

/** A Traefik as somebody else brings it with plain kubectl: another name for everything, rights for the whole cluster. */
function traefik(...more: readonly string[]): readonly object[] {
  const metadata = { name: 'front', namespace: edge };
  const labels = { app: 'front' };
  const args = [
    ...['--entryPoints.web.address=:8000', '--entryPoints.websecure.address=:8443', '--ping=true'],
    ...['--entryPoints.health.address=:8082', '--ping.entryPoint=health'],
    ...[`${provider}.controllerClass=example.org/front`, `${provider}.ingressClass=${name}-front`],
    ...[`${provider}.httpEntryPoint=web`, `${provider}.httpsEntryPoint=websecure`],
    ...more,
  ];
  const container = {
    ...{ name: 'traefik', image: defaultImage, imagePullPolicy: 'IfNotPresent', args },
    ports: [{ name: 'websecure', containerPort: 8443 }],
    readinessProbe: { httpGet: { path: '/ping', port: 8082 }, periodSeconds: 2 },
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { serviceAccountName: 'front', containers: [container] } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'NodePort',
        selector: labels,
        ports: [{ name: 'websecure', port: 443, targetPort: 'websecure', nodePort }],
      },
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: `${name}-front` },
      spec: { controller: 'example.org/front' },
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: `${name}-front` },
      rules: [
        {
          apiGroups: ['', 'discovery.k8s.io', 'networking.k8s.io'],
          resources: [
            'configmaps',
            'secrets',
            'services',
            'namespaces',
            'endpointslices',
            'ingresses',
            'ingressclasses',
          ],
          verbs: ['get', 'list', 'watch'],
        },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: `${name}-front` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: `${name}-front` },
      subjects: [{ kind: 'ServiceAccount', name: 'front', namespace: edge }],
    },
  ];
}

/** Routes of a project that brings no controller, through one that plain kubectl brought. */
describeWithCluster('a controller that is there already', (cluster) => {
  let folder = '';
  const run = (...args: readonly string[]) => ingressTls(cluster, folder, ...args);
  const bring = (objects: readonly object[]): void => {
    kubectlWithInput(cluster, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }), 'apply', '-f', '-');
    kubectl(cluster, 'rollout', 'status', 'daemonset/front', '--namespace', edge, '--timeout=120s');
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
    writeFileSync(
      join(folder, 'ingress-tls.yaml'),
      `apiVersion: ingress-tls/v1
domain: ${name}.example.test
namespace: ${shop}
controller:
  install: false
  profile: traefik
  name: ${name}
  className: ${name}-front
  namespace: ${edge}
certificate:
  keyType: ecdsa-p256
services:
  - name: cart
    mode: terminate
  - name: till
    mode: reencrypt
  - name: pay
    mode: passthrough
    host: pay.direct.${name}.example.test
`,
    );
  });

  afterAll(() => {
    if (folder === '') return;
    run('destroy', '--confirm', name);
    rmSync(folder, { recursive: true, force: true });
    kubectl(cluster, 'delete', 'namespaces', edge, shop, '--ignore-not-found', '--wait=false');
    for (const kind of ['ingressclass', 'clusterrole', 'clusterrolebinding'])
      kubectl(cluster, 'delete', kind, `${name}-front`, '--ignore-not-found');
  });

  it('brings nothing to the cluster while its class is not there', () => {
    const { exitCode, stderr } = run('apply', '--timeout', '60s');
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(`there is no IngressClass ${name}-front, which the routes name`);
    expect(kubectl(cluster, 'get', 'namespaces', '--output=name')).not.toContain(`/${name}-`);
  });

  it('serves all three modes once it is, and is found by its arguments', { timeout: 300_000 }, () => {
    kubectl(cluster, 'create', 'namespace', edge);
    bring(traefik());
    const doctor = run('doctor');
    expect(doctor.exitCode, doctor.stdout).toBe(0);
    expect(doctor.stdout).toContain(`DaemonSet ${edge}/front is there for class ${name}-front`);
    expect(doctor.stdout).toContain(`node port ${nodePort} of Service ${edge}/front`);
    const { exitCode, stdout, stderr } = run('apply', '--timeout', '180s');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toContain(`https://cart.${name}.example.test:${nodePort}/`);
    const answers = stdout
      .split('\n')
      .filter((line) => line.startsWith('  curl '))
      .map((line) =>
        execFileSync('sh', ['-c', `${line} --silent --show-error`], { cwd: folder, encoding: 'utf8' }).trim(),
      );
    expect(answers).toEqual(['cart', 'till', 'pay'].map((each) => `Hello, I am ${each} for ingress-controller demo!`));
  });

  it('is well by status, and by every handshake of verify, and has nothing to change', { timeout: 180_000 }, () => {
    for (const command of [['status'], ['verify'], ['diff'], ['verify', '--deep', 'till']]) {
      const { exitCode, stdout, stderr } = run(...command);
      expect([command, exitCode], stdout + stderr).toEqual([command, 0]);
    }
    const { controller, services } = JSON.parse(run('status', '--json').stdout) as {
      readonly controller: { readonly workloads: readonly object[] };
      readonly services: readonly { readonly route: { readonly state: string } }[];
    };
    expect(controller.workloads).toMatchObject([{ kind: 'DaemonSet', name: 'front', namespace: edge }]);
    expect(services.map(({ route }) => route.state)).toEqual(['admitted', 'admitted', 'admitted']);
  });

  it('is refused once it watches another namespace alone', { timeout: 180_000 }, () => {
    bring(traefik(`${provider}.watchNamespace=${edge}`));
    const { exitCode, stderr } = run('apply', '--timeout', '60s');
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(`it needs ${provider}.watchNamespace`);
    const status = run('status');
    expect(status.exitCode).toBe(1);
    expect(status.stdout).toContain(`the controller watches namespace ${edge}`);
    bring(traefik());
  });

  it('stays when the project goes', { timeout: 200_000 }, () => {
    expect(run('destroy', '--confirm', name).exitCode).toBe(0);
    const left = kubectl(cluster, 'get', 'daemonsets,services', '--namespace', edge, '--output=name').split('\n');
    expect(left).toEqual(expect.arrayContaining(['daemonset.apps/front', 'service/front']));
    expect(kubectl(cluster, 'get', 'ingressclasses', '--output=name')).toContain(`/${name}-front`);
    expect(kubectl(cluster, 'get', 'namespaces', '--output=name')).not.toContain(`/${shop}\n`);
  });
});
