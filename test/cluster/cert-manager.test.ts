import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, kubectl, kubectlWithInput } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';

const secret = 'ingress-controller-demo-tls-secret';

/** The real cert-manager, which somebody put on the cluster before (.ci/run). */
describeWithCluster('certificates of cert-manager', (cluster) => {
  const name = 'ico';
  const [services, others] = [`${name}-services`, `${name}-others`];
  let folder = '';

  const run = (...args: readonly string[]) => ingressTls(cluster, folder, ...args);
  const read = (what: string, path: string, namespace = services): string =>
    kubectl(cluster, 'get', ...what.split(' '), '--namespace', namespace, `--output=jsonpath={${path}}`);
  const serialOf = (namespace = services): string => read(`secret ${secret}`, String.raw`.data.tls\.crt`, namespace);
  const write = (source: string, namespace = services): void => {
    writeFileSync(
      join(folder, 'ingress-tls.yaml'),
      `apiVersion: ingress-tls/v1
domain: example.test
namespace: ${namespace}
controller:
  profile: traefik
  name: ${name}
  namespace: ${name}-controller
  nodePort: 31601
certificate:
  keyType: ecdsa-p256
${source}services:
  - name: svc7
    mode: terminate
  - name: svc8
    mode: reencrypt
    certificate: {source: cert-manager}
  - name: svc9
    mode: passthrough
    clientAuth: false
    certificate: {source: cert-manager}
`,
    );
  };
  const apply = (...args: readonly string[]) => run('apply', '--timeout', '180s', ...args);
  const expectAllWell = (): void => {
    for (const command of [['verify'], ['status'], ['diff'], ['doctor']]) {
      const { exitCode, stdout, stderr } = run(...command);
      expect([command, exitCode], stdout + stderr).toEqual([command, 0]);
    }
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
    write('  source: cert-manager\n');
  });

  afterAll(() => {
    if (folder === '') return;
    run('destroy', '--confirm', name);
    rmSync(folder, { recursive: true, force: true });
    kubectl(cluster, 'delete', 'namespaces', services, others, '--ignore-not-found', '--wait=false');
    kubectl(cluster, 'delete', 'clusterissuer', `${name}-company`, '--ignore-not-found');
  });

  it('lead from nothing to three verified services', { timeout: 300_000 }, () => {
    const { exitCode, stdout, stderr } = apply();
    expect(exitCode, stdout + stderr).toBe(0);
    expectAllWell();
    const { stdout: answer } = run('curl', 'svc9', '--', '--silent');
    expect(answer).toContain('I am svc9');
    // An independent eye: OpenSSL, with nothing but the authority that lies beside the certificate.
    writeFileSync(join(folder, 'ca.crt'), Buffer.from(read(`secret ${secret}`, String.raw`.data.ca\.crt`), 'base64'));
    writeFileSync(join(folder, 'leaf.crt'), Buffer.from(serialOf(), 'base64'));
    const verified = execFileSync(
      'openssl',
      ['verify', '-x509_strict', '-CAfile', 'ca.crt', '-verify_hostname', 'svc7.example.test', 'leaf.crt'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(verified).toContain('leaf.crt: OK');
  });

  it('are seen anew once they were renewed, without an edit', { timeout: 120_000 }, async () => {
    const before = serialOf();
    const renewal = {
      ...{ type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'renewed by hand' },
      lastTransitionTime: new Date().toISOString(),
    };
    kubectl(
      cluster,
      ...['patch', 'certificate', secret, '--namespace', services, '--subresource=status', '--type=json'],
      `--patch=${JSON.stringify([{ op: 'add', path: '/status/conditions/-', value: renewal }])}`,
    );
    await expect.poll(() => serialOf(), { timeout: 60_000, interval: 1000 }).not.toBe(before);
    expectAllWell();
  });

  it('are not fought for when the source changes', { timeout: 60_000 }, () => {
    const before = serialOf();
    write('  source: self-signed\n');
    const { exitCode, stderr } = apply();
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`Secret ${services}/${secret} is kept by cert-manager for Certificate ${secret}`);
    expect(serialOf()).toBe(before);
    write('  source: cert-manager\n');
    expect(apply().exitCode).toBe(0);
  });

  it("wait in vain for an issuer that is not there, and say so in cert-manager's words", { timeout: 120_000 }, () => {
    write('  source: cert-manager\n  issuerRef: {name: nobody}\n');
    const { exitCode, stderr } = run('apply', '--timeout', '5s');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/CertificateRequest .*nobody.*not found/);
    const status = run('status');
    expect(status.exitCode).toBe(1);
    expect(status.stdout + status.stderr).toContain('is not issued');
  });

  it('come from an issuer of the person', { timeout: 400_000 }, async () => {
    const company = { name: `${name}-company`, namespace: 'cert-manager' };
    const request = {
      ...{ isCA: true, commonName: 'Company', secretName: company.name },
      ...{ privateKey: { algorithm: 'ECDSA' }, issuerRef: { name: company.name, kind: 'Issuer' } },
    };
    const apiVersion = 'cert-manager.io/v1';
    const items = [
      { apiVersion, kind: 'Issuer', metadata: company, spec: { selfSigned: {} } },
      { apiVersion, kind: 'Certificate', metadata: company, spec: request },
      {
        apiVersion,
        kind: 'ClusterIssuer',
        metadata: { name: company.name },
        spec: { ca: { secretName: company.name } },
      },
    ];
    kubectlWithInput(cluster, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'apply', '-f', '-');
    write(`  source: cert-manager\n  issuerRef: {name: ${company.name}, kind: ClusterIssuer}\n`);
    // The pods read their certificate once: what they show is the old one, which the new authority does not vouch for.
    const { exitCode, stdout, stderr } = apply('--prune');
    // Which of the two depends on whether the controller had read the new authority when apply asked.
    expect([0, 1], stdout + stderr).toContain(exitCode);
    const pods = [`${name}-svc8`, `${name}-svc9`].map((release) => `deployment/${release}`);
    await expect
      .poll(() => run('verify').stdout, { timeout: 60_000, interval: 2000 })
      .toContain(`kubectl rollout restart ${pods[0] ?? ''} --namespace ${services}`);
    kubectl(cluster, 'rollout', 'restart', ...pods, '--namespace', services);
    for (const pod of pods) kubectl(cluster, 'rollout', 'status', pod, '--namespace', services, '--timeout=120s');
    // The pods of before answer until they have ended.
    await expect
      .poll(() => run('verify').stdout, { timeout: 120_000, interval: 2000 })
      .toContain('3 services verified: all hold');
    expect(kubectl(cluster, 'get', 'issuers', '--namespace', services, '--output=name')).toBe('');
    kubectl(cluster, 'delete', 'certificate,issuer,secret', company.name, '--namespace', company.namespace);
  });

  it('go with their Secrets', { timeout: 200_000 }, () => {
    const { exitCode, stdout, stderr } = run('destroy', '--confirm', name);
    expect(exitCode, stdout + stderr).toBe(0);
    expect(kubectl(cluster, 'get', 'namespaces', '--output=name')).not.toContain(services);
  });

  it('leave a Secret alone that somebody made', { timeout: 60_000 }, () => {
    const given = '-nodes -days 30 -subj /CN=hand -keyout hand.key -out hand.crt'.split(' ');
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...given], { cwd: folder, stdio: 'ignore' });
    kubectl(cluster, 'create', 'namespace', others);
    const files = [`--cert=${join(folder, 'hand.crt')}`, `--key=${join(folder, 'hand.key')}`];
    kubectl(cluster, 'create', 'secret', 'tls', secret, '--namespace', others, ...files);
    const before = read(`secret ${secret}`, '.data', others);
    write('  source: cert-manager\n', others);
    const { exitCode, stderr } = apply();
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`Secret ${others}/${secret} is there already and was made by somebody else`);
    expect(read(`secret ${secret}`, '.data', others)).toBe(before);
    expect(kubectl(cluster, 'get', 'certificates', '--namespace', others, '--output=name')).toBe('');
  });
});
