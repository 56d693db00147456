import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ingressTls, kubectl } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';

/** The real Traefik as an implementation of the Gateway API, whose definitions somebody put on the cluster before (.ci/run). */
describeWithCluster('the Gateway API by Traefik', (cluster) => {
  const name = 'icq';
  const [web, far] = [`${name}-web`, `${name}-far`];
  let folder = '';

  const run = (...args: readonly string[]) => ingressTls(cluster, folder, ...args);
  const apply = (...args: readonly string[]) => run('apply', '--timeout', '180s', ...args);
  const expectDone = (...command: readonly string[]): string => {
    const { exitCode, stdout, stderr } = run(...command);
    expect([command, exitCode], stdout + stderr).toEqual([command, 0]);
    return stdout;
  };
  /** What one of three services shows when something is wrong with it: the answer of verify, once the controller has read the change. */
  const expectFailure = (service: string, ...texts: readonly string[]) =>
    vi.waitFor(
      () => {
        const { exitCode, stdout } = run('verify', service);
        expect(exitCode, stdout).toBe(1);
        for (const text of texts) expect(stdout).toContain(text);
      },
      { timeout: 60_000, interval: 1000 },
    );
  const patch = (object: string, ...operations: readonly object[]): void => {
    const [kind = '', named = ''] = object.split('/');
    kubectl(cluster, 'patch', kind, named, '--namespace', web, '--type=json', `--patch=${JSON.stringify(operations)}`);
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
    writeFileSync(
      join(folder, 'ingress-tls.yaml'),
      `apiVersion: ingress-tls/v1
domain: example.test
namespace: ${web}
controller:
  profile: traefik-gateway
  name: ${name}
  namespace: ${name}-controller
  nodePort: 31602
certificate:
  keyType: ecdsa-p256
hostCertificates:
  - name: elsewhere
services:
  - name: svc7
    mode: terminate
  - name: svc8
    mode: reencrypt
  - name: svc9
    mode: passthrough
  - name: below
    mode: terminate
    host: svc7.example.test
    paths: [{path: /below}, {path: /exact, type: Exact}]
  - name: away
    mode: terminate
    host: www.shop.test
    namespace: ${far}
    hostCertificate: elsewhere
`,
    );
  });

  afterAll(() => {
    if (folder === '') return;
    run('destroy', '--confirm', name);
    rmSync(folder, { recursive: true, force: true });
    kubectl(cluster, 'delete', 'namespaces', web, far, '--ignore-not-found', '--wait=false');
  });

  it(
    'leads from nothing to services of all modes, in two namespaces and with two certificates',
    { timeout: 300_000 },
    () => {
      const { exitCode, stdout, stderr } = apply();
      expect(exitCode, stdout + stderr).toBe(0);
      for (const command of [['doctor'], ['status'], ['verify', '--deep', '--logs'], ['diff']]) expectDone(...command);
      for (const [service, text] of [
        ['svc7', 'I am svc7'],
        ['svc8', 'I am svc8'],
        ['svc9', 'I am svc9'],
        ['below', 'I am below'],
        ['away', 'I am away'],
      ] as const)
        expect(expectDone('curl', service, '--', '--silent')).toContain(text);
    },
  );

  it('changes nothing when it is applied again', { timeout: 120_000 }, () => {
    const versions = (): string =>
      kubectl(
        cluster,
        ...['get', 'gateways,httproutes,tlsroutes,backendtlspolicies,referencegrants,deployments,secrets'],
        ...['--all-namespaces', '--selector', `ingress-tls/controller=${name}`],
        '--output=jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.generation}{"\\n"}{end}',
      );
    const before = versions();
    expect(before).toContain(`Gateway ${name} `);
    expectDone('apply');
    expect(versions()).toBe(before);
  });

  it('has a wrong authority caught, which no status shows', { timeout: 180_000 }, async () => {
    const rogue = JSON.stringify(readFileSync(join(folder, 'certs/svc9-client-ca.crt'), 'utf8')).slice(1, -1);
    patch(`configmap/${name}-svc8-upstream-ca`, {
      ...{ op: 'replace', path: '/data/ca.crt' },
      value: JSON.parse(`"${rogue}"`) as string,
    });
    await expectFailure('svc8', 'status 500', `the authority in ConfigMap ${web}/${name}-svc8-upstream-ca`);
    expect(apply('--force-conflicts').exitCode).toBe(0);
    expectDone('verify', 'svc8');
  });

  it('has a wrong hostname caught', { timeout: 180_000 }, async () => {
    patch(`backendtlspolicy/${name}-svc8`, { op: 'replace', path: '/spec/validation/hostname', value: 'other.svc' });
    await expectFailure('svc8', 'status 500', `does not name ${name}-svc8.${web}.svc`);
    expect(run('status').stdout).toContain('BackendTLSPolicy changed');
    expect(apply('--force-conflicts').exitCode).toBe(0);
    expectDone('verify', 'svc8');
  });

  it('has a missing authority told by status', { timeout: 180_000 }, async () => {
    kubectl(cluster, 'delete', 'configmap', `${name}-svc8-upstream-ca`, '--namespace', web);
    await expectFailure('svc8', 'status 500');
    const { exitCode, stdout } = run('status');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('svc8: no controller reads its HTTPRoute: not ResolvedRefs: RefNotPermitted');
    expect(apply().exitCode).toBe(0);
    expectDone('verify', 'svc8');
  });

  it('has a policy that is about no port caught', { timeout: 180_000 }, async () => {
    patch(`backendtlspolicy/${name}-svc8`, { op: 'replace', path: '/spec/targetRefs/0/sectionName', value: 'none' });
    await expectFailure('svc8', 'status 500');
    expect(apply('--force-conflicts').exitCode).toBe(0);
    expectDone('verify', 'svc8');
  });

  it('has a listener that was taken away told by status and verify', { timeout: 180_000 }, async () => {
    patch(`gateway/${name}`, { op: 'remove', path: '/spec/listeners/1' });
    await expectFailure('svc9', 'the listener tls of the Gateway');
    expect(run('status').stdout).toContain(`listener tls of Gateway ${name} is not said to be Programmed`);
    expect(apply('--force-conflicts').exitCode).toBe(0);
    expectDone('verify', 'svc9');
  });

  it('has a certificate of another namespace without a grant told by status', { timeout: 180_000 }, async () => {
    kubectl(cluster, 'delete', 'referencegrant', `${name}-elsewhere`, '--namespace', far);
    await vi.waitFor(
      () => {
        const { exitCode, stdout } = run('status');
        expect(exitCode).toBe(1);
        expect(stdout).toContain(`listener https of Gateway ${name} is not Programmed: Invalid`);
      },
      { timeout: 60_000, interval: 1000 },
    );
    expect(apply().exitCode).toBe(0);
    expectDone('verify');
  });

  it('goes without a trace', { timeout: 200_000 }, () => {
    expect(run('destroy', '--confirm', name).exitCode).toBe(0);
    const kinds = [
      'gateways',
      'httproutes',
      'tlsroutes',
      'backendtlspolicies',
      'referencegrants',
      'configmaps,secrets',
    ];
    const left = kubectl(cluster, 'get', kinds.join(','), '--all-namespaces', '--output=name');
    expect(left.split('\n').filter((object) => object.includes(name))).toEqual([]);
    const ofCluster = kubectl(cluster, 'get', 'gatewayclasses,clusterroles,clusterrolebindings', '--output=name');
    expect(ofCluster.split('\n').filter((object) => object.includes(name))).toEqual([]);
    // The definitions are the cluster's.
    expect(kubectl(cluster, 'get', 'crd', 'gateways.gateway.networking.k8s.io', '--output=name')).toContain('gateways');
  });
});
