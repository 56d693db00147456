import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, kubectl, kubectlWithInput } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';
import { workload } from './engine/foreign-workload.ts';

/** Five services on one host, told apart by their paths: two that re-encrypt, one of which shows a certificate, and one in another namespace. */
describeWithCluster('services that share a host', (cluster) => {
  const name = 'ich';
  const [own, web] = [`${name}-services`, `${name}-web`];
  const host = 'app.example.test';
  let folder = '';

  const run = (...args: readonly string[]) => ingressTls(cluster, folder, ...args);
  /** By the line that apply printed for a service of the host, at a path. */
  const ask = (line: string, path: string): string => {
    const at = line.replace(/https:\/\/([^/'\s]+)[^'\s]*/, `https://$1${path}`);
    return spawnSync('sh', ['-c', `${at} --silent --show-error --path-as-is --write-out ' %{http_code}'`], {
      cwd: folder,
      encoding: 'utf8',
    }).stdout.trim();
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), `ingress-tls-${name}-`));
    const write = (paths: string): string => `, host: ${host}, paths: ${paths}}`;
    writeFileSync(
      join(folder, 'ingress-tls.yaml'),
      `apiVersion: ingress-tls/v1
domain: example.test
namespace: ${own}
controller:
  profile: traefik
  name: ${name}
  namespace: ${name}-controller
  nodePort: 31599
certificate:
  keyType: ecdsa-p256
services:
  - {name: front, mode: terminate, host: ${host}}
  - {name: api, mode: reencrypt${write('[{path: /api}]')}
  - {name: mutual, mode: reencrypt, upstreamClientCertificate: true${write('[{path: /api/mutual}, {path: /m}]')}
  - {name: dash, mode: terminate, service: {name: dashboard, port: 80, namespace: ${web}}${write(
    '[{path: /dash}, {path: /metrics, service: {name: metrics, port: 80}}, {path: /dashboard-of-today.html, type: Exact}]',
  )}
`,
    );
  });

  afterAll(() => {
    if (folder === '') return;
    run('destroy', '--confirm', name);
    rmSync(folder, { recursive: true, force: true });
    kubectl(cluster, 'delete', 'namespaces', web, own, '--ignore-not-found', '--wait=false');
  });

  it('each answer at their own paths', { timeout: 300_000 }, () => {
    kubectl(cluster, 'create', 'namespace', web);
    const items = ['dashboard', 'metrics'].flatMap((each) => workload(web, each, { port: 80, targetPort: 8080 }));
    kubectlWithInput(cluster, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }), 'create', '-f', '-');
    const { exitCode, stdout, stderr } = run('apply', '--timeout', '180s');
    expect(exitCode, stderr).toBe(0);
    const [line = ''] = stdout.split('\n').filter((each) => each.startsWith('  curl '));
    const demo = (service: string): string => `Hello, I am ${service} for ingress-controller demo! 200`;
    const expected = {
      '/': demo('front'),
      '/apis': demo('front'),
      '/api%2Fmutual': demo('front'),
      '/api': demo('api'),
      '/api/v1': demo('api'),
      '/x/../api': demo('api'),
      '/api/mutual': demo('mutual'),
      '//m//x': demo('mutual'),
      '/dash/x': 'dashboard of somebody else 200',
      '/dashboard-of-today.html': 'dashboard of somebody else 200',
      '/dashboard-of-today.html/x': demo('front'),
      '/metrics': 'metrics of somebody else 200',
    };
    const answers = Object.fromEntries(
      Object.keys(expected).map((path) => [path, ask(line, path).replaceAll(/\s+/g, ' ')]),
    );
    expect(answers).toEqual(expected);
  });

  it('are well by every look, each hop verified by itself', { timeout: 200_000 }, () => {
    for (const command of [
      ['status'],
      ['doctor'],
      ['diff'],
      ['verify', '--logs'],
      ['verify', '--deep', 'api'],
      ['verify', '--deep', 'mutual'],
    ]) {
      const { exitCode, stdout, stderr } = run(...command);
      expect([command, exitCode], stdout + stderr).toEqual([command, 0]);
    }
  });
});
