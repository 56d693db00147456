import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ingressTls, listObjects, readSecret } from '../../support/cluster-programs.ts';
import { describeWithCluster } from '../../support/describe-with.ts';
import { fingerprint, OutsideView } from '../../support/outside-view.ts';
import { until } from '../../support/until.ts';

const domain = 'example.test';

/**
 * One of two controllers. Both have their services in one namespace and one domain, so that nothing but the class tells
 * whose they are, and each wildcard covers the hosts of both.
 */
interface Side {
  readonly name: string;
  readonly namespace: string;
  readonly port: number;
  readonly secretName: string;
  /** Its services. */
  readonly terminate: string;
  readonly passthrough: string;
}

const ic3: Side = {
  name: 'ic3',
  namespace: 'ingress-nginx-demo',
  port: 30092,
  secretName: 'ingress-controller-demo-tls-secret',
  terminate: 'svc7',
  passthrough: 'svc9',
};
const ic4: Side = {
  name: 'ic4',
  namespace: 'ic4-demo',
  port: 30094,
  secretName: 'ic4-wildcard',
  terminate: 'svc17',
  passthrough: 'svc19',
};
const both = [
  ['ic3', { own: ic3, other: ic4 }],
  ['ic4', { own: ic4, other: ic3 }],
] as const;

describeWithCluster('two controllers of profile traefik in one cluster', (cluster) => {
  let folder = '';
  let objectsBefore: readonly string[] = [];
  const project = (side: Side): string => join(folder, side.name);
  const view = (side: Side): OutsideView => new OutsideView(side.port, project(side));

  beforeAll(() => {
    objectsBefore = listObjects(cluster);
    folder = mkdtempSync(join(tmpdir(), 'ingress-tls-side-by-side-'));
    for (const side of [ic3, ic4]) prepare(side);
  });

  afterAll(() => {
    if (folder === '') return;
    for (const side of [ic4, ic3]) ingressTls(cluster, project(side), 'destroy', '--confirm', side.name);
    rmSync(folder, { recursive: true, force: true });
  });

  it('both are applied', { timeout: 300_000 }, () => {
    for (const side of [ic3, ic4]) {
      const result = ingressTls(cluster, project(side), 'apply', '--timeout', '120s');
      expect(result.exitCode, result.stderr).toBe(0);
    }
  });

  it.each(both)('%s serves its own hosts, with its own certificates', (_name, { own, other }) => {
    expect(serves(own)).toBe(true);
    expect(leaf(own, own.terminate)).toBe(wildcard(own));
    expect(leaf(own, own.passthrough)).toBe(pod(own));
    expect(wildcard(own)).not.toBe(wildcard(other));
  });

  it.each(both)('%s does not serve the hosts of the other, asked for by SNI and Host', (_name, { own, other }) => {
    for (const name of [other.terminate, other.passthrough]) {
      const { status, body } = view(own).curl({
        host: `${name}.${domain}`,
        options: ['--insecure', ...clientCertificate(other)],
      });
      expect(status).toBe(404);
      expect(body).not.toContain('Hello');
      expect(leaf(own, name)).toBe(wildcard(own));
    }
  });

  it.each(both)('%s does not serve the hosts of the other, asked for by Host alone', async (_name, { own, other }) => {
    for (const name of [other.terminate, other.passthrough]) {
      const answer = await ask(own.port, `${own.terminate}.${domain}`, `${name}.${domain}`);
      expect(answer.status).toBe(404);
      expect(answer.body).not.toContain('Hello');
    }
    // The twin: the same way with its own host.
    expect(await ask(own.port, `${own.terminate}.${domain}`, `${own.terminate}.${domain}`)).toEqual({
      status: 200,
      body: greeting(own.terminate),
    });
  });

  it.each(both)('%s does not serve the hosts of the other, asked for by SNI alone', async (_name, { own, other }) => {
    // With a wildcard certificate the name in the hello decides about passthrough, Host about the rest.
    expect(await ask(own.port, `${other.passthrough}.${domain}`, `${other.passthrough}.${domain}`)).toMatchObject({
      status: 404,
    });
    expect(await ask(own.port, `${other.passthrough}.${domain}`, `${own.terminate}.${domain}`)).toEqual({
      status: 200,
      body: greeting(own.terminate),
    });
  });

  it('a destroyed ic4 leaves ic3 serving', { timeout: 300_000 }, async () => {
    const result = ingressTls(cluster, project(ic4), 'destroy', '--confirm', 'ic4');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(serves(ic3)).toBe(true);
    await until(() => view(ic4).curl({ host: `${ic4.terminate}.${domain}`, options: ['--insecure'] }).status === 0);
    expect(serves(ic3)).toBe(true);
    expect(ingressTls(cluster, project(ic3), 'verify', '--address', `127.0.0.1:${ic3.port}`).exitCode).toBe(0);
  });

  it('both destroyed leave no trace', { timeout: 300_000 }, () => {
    const result = ingressTls(cluster, project(ic3), 'destroy', '--confirm', 'ic3');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(listObjects(cluster)).toEqual(objectsBefore);
  });

  function prepare(side: Side): void {
    mkdirSync(project(side));
    writeFileSync(join(project(side), 'ingress-tls.yaml'), configOf(side));
    const result = ingressTls(cluster, project(side), 'render');
    expect(result.exitCode, result.stderr).toBe(0);
  }

  function serves(side: Side): boolean {
    const terminated = view(side).curl({
      host: `${side.terminate}.${domain}`,
      options: ['--cacert', 'certs/wildcard.crt'],
    });
    const passed = view(side).curl({
      host: `${side.passthrough}.${domain}`,
      options: ['--cacert', 'certs/ca.crt', ...clientCertificate(side)],
    });
    return terminated.body === greeting(side.terminate) && passed.body === greeting(side.passthrough);
  }

  function clientCertificate(side: Side): readonly string[] {
    const path = join(project(side), 'certs', `${side.passthrough}-client`);
    return ['--cert', `${path}.crt`, '--key', `${path}.key`];
  }

  function leaf(side: Side, name: string): string | undefined {
    return view(side).leaf(`${name}.${domain}`)?.fingerprint256;
  }

  function wildcard(side: Side): string {
    return fingerprint(readSecret(cluster, side.secretName, 'tls.crt'));
  }

  function pod(side: Side): string {
    return fingerprint(readSecret(cluster, `${side.name}-${side.passthrough}-tls`, 'tls.crt'));
  }
});

function configOf(side: Side): string {
  return `apiVersion: ingress-tls/v1
domain: ${domain}
controller:
  profile: traefik
  name: ${side.name}
  namespace: ${side.namespace}
  nodePort: ${side.port}
certificate:
  secretName: ${side.secretName}
  keyType: ecdsa-p256
services:
  - name: ${side.terminate}
    mode: terminate
  - name: ${side.passthrough}
    mode: passthrough
`;
}

const greeting = (name: string): string => `Hello, I am ${name} for ingress-controller demo!\n`;

/** One GET with a name in the TLS hello and a Host of their own. */
function ask(
  port: number,
  servername: string,
  host: string,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: '/',
        agent: false,
        servername,
        headers: { host },
        rejectUnauthorized: false,
        timeout: 10_000,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body += text));
        response.on('end', () => {
          resolve({ status: response.statusCode, body });
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end();
  });
}
