import { spawn } from 'node:child_process';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, kubectl } from '../support/cluster-programs.ts';
import { describeWithCluster } from '../support/describe-with.ts';

const loop = fileURLToPath(new URL('engine/request-loop.js', import.meta.url));

interface Asked {
  readonly asked: Readonly<Record<string, number>>;
  readonly failed: readonly string[];
}

/** Certificates, keys and authorities exchanged below a controller and pods that are in use all the time. */
describeWithCluster('renewal and rotation under load', (cluster) => {
  const name = 'ict';
  let folder = '';

  const run = (...args: readonly string[]) => ingressTls(cluster, folder, ...args);
  const succeed = (...args: readonly string[]): void => {
    const { exitCode, stderr, stdout } = run(...args);
    expect([args.join(' '), exitCode, exitCode === 0 ? '' : stdout + stderr]).toEqual([args.join(' '), 0, '']);
  };

  /** Does all of that while others ask. */
  const underLoad = async (change: () => void): Promise<Asked> => {
    const node = kubectl(
      cluster,
      ...['get', 'nodes', '--output=jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}'],
    ).trim();
    const target = (service: string, ca: string): object => ({
      ...{ host: `${service}.example.test`, address: node, port: 31595, ca: join(folder, 'certs', ca) },
      body: `Hello, I am ${service} for ingress-controller demo!\n`,
    });
    const client = { cert: join(folder, 'certs/svc9-client.crt'), key: join(folder, 'certs/svc9-client.key') };
    const targets = [target('svc8', 'wildcard.crt'), { ...target('svc9', 'ca.crt'), ...client }];
    const asking = spawn(process.execPath, [loop, JSON.stringify(targets)], { stdio: ['pipe', 'pipe', 'inherit'] });
    let answer = '';
    asking.stdout.setEncoding('utf8').on('data', (part: string) => (answer += part));
    const ended = new Promise((resolve) => asking.once('close', resolve));
    try {
      change();
    } finally {
      asking.stdin.end();
      await ended;
    }
    return JSON.parse(answer) as Asked;
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
  nodePort: 31595
certificate:
  keyType: ecdsa-p256
services:
  - name: svc8
    mode: reencrypt
  - name: svc9
    mode: passthrough
`,
    );
    succeed('apply', '--timeout', '5m');
  }, 600_000);

  afterAll(() => {
    if (folder === '') return;
    run('destroy', '--confirm', name);
    rmSync(folder, { recursive: true, force: true });
    kubectl(cluster, 'delete', 'namespaces', `${name}-services`, '--ignore-not-found', '--wait=false');
  });

  it.each(['ca', 'svc9-client-ca'])(
    'rotate-ca %s with an apply after each step: no request fails, and no step is taken before the one before it is there',
    async (authority) => {
      const { asked, failed } = await underLoad(() => {
        for (const step of [1, 2, 3]) {
          succeed('rotate-ca', authority);
          if (step < 3) expect(run('rotate-ca', authority)).toMatchObject({ exitCode: 1 });
          succeed('apply', '--timeout', '5m');
        }
      });
      expect(failed).toEqual([]);
      for (const count of Object.values(asked)) expect(count).toBeGreaterThan(50);
      succeed('verify');
      expect(run('status')).toMatchObject({ exitCode: 0 });
    },
    900_000,
  );

  it('renew: pods show the new certificate after apply, and no request fails meanwhile', async () => {
    const before = ['svc8', 'svc9'].map((service) => readFileSync(join(folder, `certs/${service}.crt`), 'utf8'));
    const { failed } = await underLoad(() => {
      succeed('renew', 'svc8', 'svc9', 'svc9-client', '--all');
      succeed('apply', '--timeout', '5m');
    });
    expect(failed).toEqual([]);
    const after = ['svc8', 'svc9'].map((service) => readFileSync(join(folder, `certs/${service}.crt`), 'utf8'));
    expect(after.filter((text) => before.includes(text))).toEqual([]);
    // The check `certificate` compares what the pod of svc9 shows.
    succeed('verify');
  }, 600_000);
});
