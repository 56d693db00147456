import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Verification } from '../../src/model/verification.ts';
import type { Cluster } from '../support/cluster.ts';
import { ingressTls, kubectl, listObjects } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { until } from '../support/until.ts';

const modes = { svc7: 'terminate', svc8: 'reencrypt', svc9: 'passthrough' } as const;
const port = 30092;

/** A real controller in front of real pods. Its image is the profile's own, which the cluster must have or be able to pull. */
describeWithCluster('profile traefik on a cluster', (cluster) => {
  let project = '';
  let address = '';
  let objectsBefore: readonly string[] = [];

  beforeAll(() => {
    objectsBefore = listObjects(cluster);
    address = kubectl(cluster, 'get', 'nodes', '--output', 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}');
    project = mkdtempSync(join(tmpdir(), 'ingress-tls-traefik-'));
    expect(ingressTls(cluster, project, 'init', '--profile', 'traefik', '--domain', 'example.test').exitCode).toBe(0);
    for (const [name, mode] of Object.entries(modes)) expect(ingressTls(cluster, project, 'add-service', name, '--mode', mode).exitCode).toBe(0);
  });

  afterAll(() => {
    if (project === '') return;
    ingressTls(cluster, project, 'destroy', '--confirm', 'ic3');
    rmSync(project, { recursive: true, force: true });
  });

  it('is applied, with every pod ready', { timeout: 300_000 }, () => {
    const result = ingressTls(cluster, project, 'apply', '--timeout', '120s');
    expect(result.exitCode, result.stderr).toBe(0);
  });

  it.each(['svc7', 'svc8'])('answers curl for %s, verified by the wildcard alone', (name) => {
    expect(curl(name, '--cacert', 'certs/wildcard.crt')).toBe(`Hello, I am ${name} for ingress-controller demo!\n`);
  });

  it('passes svc9 through: to the right client certificate, and to no other', async () => {
    const trusted = ['--cacert', 'certs/ca.crt'];
    // The last release is a moment old.
    await until(() => certificateOf('svc9').includes('subject=CN = svc9.example.test'));
    expect(curl('svc9', ...trusted, '--cert', 'certs/svc9-client.crt', '--key', 'certs/svc9-client.key')).toBe('Hello, I am svc9 for ingress-controller demo!\n');
    // In TLS 1.3 the alert comes after the handshake, and curl may have met the closed connection first: 35, 55 or 56.
    const refused = /curl: \((35|55|56)\)/;
    expect(() => curl('svc9', ...trusted)).toThrow(refused);
    expect(() => curl('svc9', ...trusted, '--cert', 'certs/svc8.crt', '--key', 'certs/svc8.key')).toThrow(refused);
  });

  it('is proved by verify: every service holds, the hop is refused with another authority, and the logs agree', { timeout: 180_000 }, () => {
    const before = readAuthority(cluster);
    const { exitCode, stdout, stderr } = ingressTls(cluster, project, 'verify', '--context', currentContext(cluster), '--deep', '--logs', '--json');
    const verification = JSON.parse(stdout) as Verification;
    const notOk = [...verification.services.flatMap(({ service, checks }) => checks.map((check) => ({ service, ...check }))), ...verification.controller].filter(({ status }) => status !== 'ok');
    expect(notOk, stderr).toEqual([]);
    expect(exitCode).toBe(0);
    expect(verification.services.find(({ service }) => service === 'svc8')?.checks.map(({ check }) => check)).toEqual(expect.arrayContaining(['upstream-verification', 'access-log', 'client-address']));
    expect(readAuthority(cluster)).toBe(before);
  });

  it('shows to verify that an annotation is gone', { timeout: 120_000 }, async () => {
    kubectl(cluster, 'annotate', 'ingress', 'ic3-svc9', '--namespace', 'default', 'nginx.ingress.kubernetes.io/ssl-passthrough-');
    await until(() => !certificateOf('svc9').includes('subject=CN = svc9.example.test'));
    const { exitCode, stdout } = ingressTls(cluster, project, 'verify', 'svc9', '--address', `${address}:${port}`, '--json');
    expect(exitCode).toBe(1);
    const failed = (JSON.parse(stdout) as Verification).services[0]?.checks.filter(({ status }) => status === 'failed').map(({ check }) => check);
    expect(failed).toEqual(expect.arrayContaining(['certificate', 'trust', 'client-certificate-right']));
  });

  it('is destroyed without a trace', { timeout: 300_000 }, () => {
    const result = ingressTls(cluster, project, 'destroy', '--confirm', 'ic3');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(listObjects(cluster)).toEqual(objectsBefore);
  });

  /** What openssl says of the certificate that is shown for a name. */
  function certificateOf(name: string): string {
    const args = ['s_client', '-connect', `${address}:${port}`, '-servername', `${name}.example.test`, '-alpn', 'http/1.1'];
    const { stdout } = spawnSync('openssl', args, { input: '', encoding: 'utf8', timeout: 10_000 });
    return stdout;
  }

  /** The body; throws with curl's own words otherwise. */
  function curl(name: string, ...options: string[]): string {
    const host = `${name}.example.test`;
    const args = ['--silent', '--show-error', '--max-time', '10', '--resolve', `${host}:${port}:${address}`, ...options, `https://${host}:${port}/`];
    return execFileSync('curl', args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
});

function currentContext(cluster: Cluster): string {
  return kubectl(cluster, 'config', 'current-context').trim();
}

function readAuthority(cluster: Cluster): string {
  return kubectl(cluster, 'get', 'secret', 'ic3-svc8-upstream-ca', '--namespace', 'default', '--output', 'jsonpath={.data.ca\\.crt}');
}
