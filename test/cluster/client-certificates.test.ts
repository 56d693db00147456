import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, kubectl } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';

type Version = 'TLS 1.2' | 'TLS 1.3';
type Identity = 'none' | 'foreign' | 'right';

const versions: Readonly<Record<Version, readonly string[]>> = {
  'TLS 1.2': ['--tlsv1.2', '--tls-max', '1.2'],
  'TLS 1.3': ['--tlsv1.3'],
};

/** Clients without a certificate, with a foreign and with the right one, as curl and openssl see a real Traefik. */
describeWithCluster('client certificates at the controller', (cluster) => {
  const name = 'icm';
  const services = `${name}-services`;
  let folder = '';

  const run = (...args: readonly string[]) => ingressTls(cluster, folder, ...args);
  const openssl = (command: string): string =>
    execFileSync('openssl', command.split(' '), { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  /** A pair by an authority of its own: AUTHORITY.crt, CLIENT.crt and their keys. */
  const makeClient = (authority: string, client: string, subject: string): void => {
    const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
    openssl(`req -x509 ${key} -days 30 -subj /CN=${subject} -keyout ${authority}.key -out ${authority}.crt`);
    openssl(`req -new ${key} -subj /CN=somebody -keyout ${client}.key -out ${client}.csr`);
    openssl(`x509 -req -in ${client}.csr -CA ${authority}.crt -CAkey ${authority}.key -days 30 -out ${client}.crt`);
  };
  const address = (): { readonly host: string; readonly port: string } => {
    const { port } = new URL(
      (JSON.parse(run('list', '--json').stdout) as { services: { url: string }[] }).services[0]?.url ?? '',
    );
    const node = kubectl(
      cluster,
      ...['get', 'nodes', '--output=jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}'],
    );
    return { host: node.trim(), port };
  };
  const credentials = (identity: Identity, right: string): readonly string[] => {
    if (identity === 'none') return [];
    const pair = identity === 'right' ? right : 'foreign-client';
    return ['--cert', `${pair}.crt`, '--key', `${pair}.key`];
  };
  /** Status and body, or the name of a refusal. */
  const ask = (service: string, args: readonly string[]): string => {
    const { host, port } = address();
    const url = `https://${service}.example.test:${port}/`;
    const { status, stdout } = spawnSync(
      'curl',
      [
        ...['--disable', '--silent', '--show-error', '--max-time', '10', '--cacert', 'certs/wildcard.crt'],
        ...['--resolve', `${service}.example.test:${port}:${host}`, '--write-out', ' %{http_code}', ...args, url],
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    // Ended in the handshake, or right behind it (TLS 1.3): by an alert, or as a connection that is no more.
    if (status === 35 || status === 55 || status === 56) return 'ended';
    return status === 0 ? stdout.trim() : `curl ${status ?? ''}`;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
    mkdirSync(join(folder, 'certs'));
    makeClient('foreign', 'foreign-client', 'required client CA'.replaceAll(' ', '_'));
    makeClient('certs/partners', 'partner', 'Partners');
    rmSync(join(folder, 'certs/partners.key'));
    writeFileSync(
      join(folder, 'ingress-tls.yaml'),
      `apiVersion: ingress-tls/v1
domain: example.test
namespace: ${services}
controller:
  profile: traefik
  name: ${name}
  namespace: ${name}-controller
  nodePort: 31590
certificate:
  keyType: ecdsa-p256
services:
  - name: open
    mode: terminate
  - name: required
    mode: terminate
    clientAuth: true
  - name: optional
    mode: terminate
    clientAuth: { mode: optional }
  - name: both
    mode: reencrypt
    clientAuth: { forward: true }
    upstreamClientCertificate: true
  - name: partner
    mode: terminate
    clientAuth: { authority: certs/partners.crt }
`,
    );
  });

  afterAll(() => {
    if (folder === '') return;
    run('destroy', '--confirm', name);
    rmSync(folder, { recursive: true, force: true });
    kubectl(cluster, 'delete', 'namespaces', services, '--ignore-not-found', '--wait=false');
  });

  it(
    'comes to the cluster, and every printed curl line is answered but the one without a client',
    { timeout: 300_000 },
    () => {
      const { exitCode, stdout, stderr } = run('apply', '--timeout', '180s');
      expect(exitCode, stderr).toBe(0);
      const answers = stdout
        .split('\n')
        .filter((line) => line.startsWith('  curl '))
        .map((line) =>
          spawnSync('sh', ['-c', `${line} --silent --show-error`], { cwd: folder, encoding: 'utf8' }).stdout.trim(),
        );
      expect(answers).toEqual([
        ...['open', 'required', 'optional', 'both'].map((each) => `Hello, I am ${each} for ingress-controller demo!`),
        '',
      ]);
    },
  );

  it.each(['TLS 1.2', 'TLS 1.3'] as const)('lets in whom it should: %s', { timeout: 120_000 }, (version) => {
    const seen = (service: string, right: string): readonly string[] =>
      (['none', 'foreign', 'right'] as const).map((identity) =>
        ask(service, [...versions[version], ...credentials(identity, right)]),
      );
    const hello = (service: string): string => `Hello, I am ${service} for ingress-controller demo!\n 200`;
    expect(seen('open', 'certs/required-client')).toEqual([hello('open'), hello('open'), hello('open')]);
    expect(seen('required', 'certs/required-client')).toEqual(['ended', 'ended', hello('required')]);
    expect(seen('optional', 'certs/optional-client')).toEqual([hello('optional'), 'ended', hello('optional')]);
    expect(seen('both', 'certs/both-client')).toEqual(['ended', 'ended', hello('both')]);
    expect(seen('partner', 'partner')).toEqual(['ended', 'ended', hello('partner')]);
    // What the controller shows to the pod opens nothing.
    expect(ask('both', [...versions[version], ...credentials('right', 'certs/both-controller')])).toBe('ended');
  });

  it('ends TLS with the alerts that openssl names', { timeout: 60_000 }, () => {
    const { host, port } = address();
    const alert = (...args: readonly string[]): string =>
      spawnSync(
        'openssl',
        ['s_client', '-connect', `${host}:${port}`, '-servername', 'required.example.test', '-ign_eof', ...args],
        { cwd: folder, encoding: 'utf8', input: 'GET / HTTP/1.0\r\n\r\n', timeout: 20_000 },
      ).stderr;
    expect(alert('-tls1_2')).toMatch(/alert number 40/);
    expect(alert('-tls1_3')).toMatch(/alert number 116/);
    const foreign = ['-cert', 'foreign-client.crt', '-key', 'foreign-client.key'];
    expect(alert('-tls1_3', ...foreign)).toMatch(/alert number (42|48)/);
  });

  it('sends a request away that came by the connection of another host', () => {
    expect(ask('open', ['--http1.1', '--header', 'Host: optional.example.test'])).toMatch(/421$/);
  });

  it('is well by status, by doctor and by every handshake, and has nothing to change', { timeout: 180_000 }, () => {
    for (const command of [['status'], ['doctor'], ['verify'], ['diff'], ['verify', '--deep', 'both']]) {
      const { exitCode, stdout, stderr } = run(...command);
      expect([command, exitCode], stdout + stderr).toEqual([command, 0]);
    }
    expect(run('verify', 'partner').stdout).toContain('the authority of the clients is your own (certs/partners.crt)');
  });

  it('is caught where the controller does not ask as it should', { timeout: 180_000 }, () => {
    const annotate = (...args: readonly string[]): void => {
      kubectl(cluster, 'annotate', 'ingress', `${name}-required`, '--namespace', services, '--overwrite', ...args);
    };
    const key = 'nginx.ingress.kubernetes.io/auth-tls-verify-client';
    annotate(`${key}=optional`);
    expect.soft(until(() => run('verify', 'required').stdout, /FAILED\s+client-certificate-none/)).toBe(true);
    annotate(`${key}=on`);
    expect.soft(until(() => run('verify', 'required').stdout, /required.*\bholds/)).toBe(true);
  });

  it('leaves nothing behind', { timeout: 200_000 }, () => {
    expect(run('destroy', '--confirm', name).exitCode).toBe(0);
    const left = kubectl(cluster, 'get', 'secrets', '--namespace', services, '--output=name', '--ignore-not-found');
    expect(left).not.toMatch(/client-ca|controller-ca|upstream-ca/);
  });
});

/** Traefik reads a change within seconds; each try is a whole run of verify. */
function until(look: () => string, wanted: RegExp): boolean {
  for (let tries = 0; tries < 15; tries++) if (wanted.test(look())) return true;
  return false;
}
