import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ingressTls, kubectl, kubectlWithInput } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { workload } from './engine/foreign-workload.ts';

const openssl = (folder: string, ...args: readonly string[]): string =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Services that are there already, in namespaces of their own, one with a certificate of another authority. */
describeWithCluster('services that are there already', (cluster) => {
  const name = 'ice';
  const [web, shop] = [`${name}-web`, `${name}-shop`];
  let folder = '';

  const run = (...args: readonly string[]) => ingressTls(cluster, folder, ...args);
  const inNamespace = (namespace: string, ...args: string[]): string =>
    kubectl(cluster, ...args, '--namespace', namespace);
  const createArgoSecret = (pair: string): void => {
    const files = [`--cert=${join(folder, `${pair}.crt`)}`, `--key=${join(folder, `${pair}.key`)}`];
    inNamespace(web, 'create', 'secret', 'tls', 'argo', ...files);
  };
  const create = (objects: readonly object[]): void => {
    kubectlWithInput(cluster, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }), 'create', '-f', '-');
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
    writeFileSync(
      join(folder, 'ingress-tls.yaml'),
      `apiVersion: ingress-tls/v1
domain: example.test
namespace: ${name}-services
controller:
  profile: traefik
  name: ${name}
  namespace: ${name}-controller
  nodePort: 31597
certificate:
  keyType: ecdsa-p256
services:
  - name: dash
    mode: terminate
    service: {name: dashboard, port: 80, namespace: ${web}}
  - name: api
    mode: reencrypt
    service: {name: api, port: https, namespace: ${shop}}
  - name: argo
    mode: passthrough
    service: {name: argocd-server, port: 443, namespace: ${web}, authority: certs/corp.pem}
  - name: own
    mode: terminate
    namespace: ${shop}
    hosts: [own.example.test, also.example.test]
  - name: mutual
    mode: reencrypt
    namespace: ${shop}
    upstreamClientCertificate: true
`,
    );
  });

  afterAll(() => {
    if (folder === '') return;
    run('destroy', '--confirm', name);
    rmSync(folder, { recursive: true, force: true });
    kubectl(cluster, 'delete', 'namespaces', web, shop, `${name}-services`, '--ignore-not-found', '--wait=false');
  });

  it('writes nothing while the authority that is named is missing', () => {
    const { exitCode, stderr } = run('render');
    expect(exitCode).toBe(2);
    expect(stderr).toContain("certs/corp.pem is not here, by which the pod's certificate of argo is to be verified");
  });

  it('brings nothing to the cluster while the Services are not there', () => {
    openssl(
      folder,
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=Corp -keyout corp.key -out corp.pem'.split(
        ' ',
      ),
    );
    openssl(
      folder,
      ...'req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=argo -keyout argo.key -out argo.csr'.split(
        ' ',
      ),
    );
    writeFileSync(join(folder, 'san'), 'subjectAltName=DNS:argo.example.test\n');
    openssl(
      folder,
      ...'x509 -req -in argo.csr -CA corp.pem -CAkey corp.key -days 30 -extfile san -out argo.crt'.split(' '),
    );
    execFileSync('mkdir', ['-p', 'certs'], { cwd: folder });
    execFileSync('cp', ['corp.pem', 'certs/corp.pem'], { cwd: folder });
    const { exitCode, stderr } = run('apply', '--timeout', '60s');
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(`dash leads to Service ${web}/dashboard, which is not there`);
    expect(kubectl(cluster, 'get', 'namespaces', '--output=name')).not.toContain(`/${name}-`);
  });

  it('leads to them once they are', { timeout: 300_000 }, () => {
    for (const namespace of [web, shop]) kubectl(cluster, 'create', 'namespace', namespace);
    createArgoSecret('argo');
    create([
      ...workload(web, 'dashboard', { port: 80, targetPort: 8080 }),
      ...workload(shop, 'api', { name: 'https', port: 443, targetPort: 8443 }, `${name}-api-tls`),
      ...workload(web, 'argocd-server', { port: 443, targetPort: 8443 }, 'argo'),
    ]);
    const { exitCode, stdout, stderr } = run('apply', '--timeout', '180s');
    expect(exitCode, stderr).toBe(0);
    const answers = stdout
      .split('\n')
      .filter((line) => line.startsWith('  curl '))
      .map((line) =>
        execFileSync('sh', ['-c', `${line} --silent --show-error`], { cwd: folder, encoding: 'utf8' }).trim(),
      );
    expect(answers).toEqual([
      'dashboard of somebody else',
      'api of somebody else',
      'argocd-server of somebody else',
      'Hello, I am own for ingress-controller demo!',
      'Hello, I am own for ingress-controller demo!',
      'Hello, I am mutual for ingress-controller demo!',
    ]);
  });

  it('has a pod that answers the controller and nobody without its certificate', () => {
    const ip = inNamespace(
      shop,
      'get',
      'pods',
      '--selector=app.kubernetes.io/instance=ice-mutual',
      '--output=jsonpath={.items[0].status.podIP}',
    );
    const host = `${name}-mutual.${shop}.svc`;
    const ask = (...more: readonly string[]) =>
      spawnSync(
        'curl',
        [
          ...['--silent', '--show-error', '--max-time', '10', '--resolve', `${host}:8080:${ip}`],
          ...['--cacert', 'certs/ca.crt', ...more, `https://${host}:8080/`],
        ],
        { cwd: folder, encoding: 'utf8' },
      );
    // The chart's NetworkPolicy lets nobody in but the controller; a node may all the same.
    const { stdout } = ask('--cert', 'certs/mutual-client.crt', '--key', 'certs/mutual-client.key');
    expect(stdout).toContain('I am mutual');
    const refused = ask();
    // Ended in the handshake, or right behind it (TLS 1.3): by an alert, or as a connection that is no more.
    expect([35, 55, 56], refused.stderr).toContain(refused.status);
    expect(refused.stdout).toBe('');
  });

  it('is well by status, by doctor and by every handshake, and has nothing to change', { timeout: 120_000 }, () => {
    for (const command of [['status'], ['doctor'], ['verify'], ['diff'], ['verify', '--deep', 'api']]) {
      const { exitCode, stdout, stderr } = run(...command);
      expect([command, exitCode], stdout + stderr).toEqual([command, 0]);
    }
  });

  it('catches a pod whose certificate another authority signed', { timeout: 180_000 }, async () => {
    const key = inNamespace(web, 'get', 'secret', 'argo', '--output=jsonpath={.data.tls\\.key}');
    openssl(
      folder,
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=Rogue -addext subjectAltName=DNS:argo.example.test -keyout rogue.key -out rogue.crt'.split(
        ' ',
      ),
    );
    inNamespace(web, 'delete', 'secret', 'argo');
    createArgoSecret('rogue');
    inNamespace(web, 'rollout', 'restart', 'deployment/argocd-server');
    inNamespace(web, 'rollout', 'status', 'deployment/argocd-server', '--timeout=60s');
    expect(key).not.toBe('');
    // The node sends connections to the ended pod until it has heard of the new one: until then no certificate is shown.
    await vi.waitFor(
      () => {
        const { exitCode, stdout } = run('verify', 'argo');
        expect(exitCode).toBe(1);
        expect(stdout).toMatch(/FAILED\s+trust/);
        expect(stdout).toContain('put the certificate of CN=Rogue into certs/corp.pem (service.authority of argo)');
      },
      { timeout: 60_000, interval: 1_000 },
    );
  });

  it('takes nothing of theirs away', { timeout: 200_000 }, () => {
    const before = inNamespace(web, 'get', 'deployments,services,configmaps,secrets', '--output=name').split('\n');
    expect(run('destroy', '--confirm', name).exitCode).toBe(0);
    const after = inNamespace(web, 'get', 'deployments,services,configmaps,secrets', '--output=name').split('\n');
    expect(
      before.filter((object) => !after.includes(object)).every((object) => /release|-tls|demo-tls/.test(object)),
    ).toBe(true);
    for (const object of ['deployment.apps/dashboard', 'service/argocd-server', 'secret/argo'])
      expect(after).toContain(object);
    expect(readFileSync(join(folder, 'certs/corp.pem'), 'utf8')).toBe(readFileSync(join(folder, 'corp.pem'), 'utf8'));
  });
});
