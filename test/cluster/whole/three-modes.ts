import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../support/cluster.ts';
import {
  helm,
  ingressTls,
  kubectl,
  kubectlWithInput,
  listObjects,
  listReleases,
  listVersions,
} from '../../support/cluster-programs.ts';
import { describeWithCluster } from '../../support/describe-with.ts';
import { findTool } from '../../support/tools.ts';

const example = fileURLToPath(new URL('../../../examples/three-modes/ingress-tls.yaml', import.meta.url));

describeWithCluster('examples/three-modes on a cluster', (cluster) => {
  let project = '';
  let objectsBefore: readonly string[] = [];

  beforeAll(() => {
    objectsBefore = listObjects(cluster);
    project = mkdtempSync(join(tmpdir(), 'ingress-tls-cluster-'));
    const text = readFileSync(example, 'utf8');
    // Where images are only loaded into the node, a digest cannot be looked up (containerd resolves NAME@DIGEST alone).
    const image = cluster.controllerImage === undefined ? '' : `\n  image: ${cluster.controllerImage}`;
    writeFileSync(join(project, 'ingress-tls.yaml'), text.replace(/^controller:$/m, `controller:${image}`));
    expect(ingressTls(cluster, project, 'render').exitCode).toBe(0);
  });

  afterAll(() => {
    if (project === '') return;
    ingressTls(cluster, project, 'destroy', '--confirm', 'ic3');
    rmSync(project, { recursive: true, force: true });
  });

  it('is accepted by the API server in a restricted namespace, warnings counting as errors', () => {
    const namespace = 'ingress-tls-restricted';
    const copy = join(project, 'restricted');
    cpSync(join(project, 'manifests'), copy, { recursive: true });
    try {
      kubectl(cluster, 'create', 'namespace', namespace);
      kubectl(
        cluster,
        'label',
        'namespace',
        namespace,
        ...['enforce', 'warn', 'audit'].map((level) => `pod-security.kubernetes.io/${level}=restricted`),
      );
      for (const file of readdirSync(copy)) {
        const text = readFileSync(join(copy, file), 'utf8').replaceAll('ingress-nginx-demo', namespace);
        const output = kubectlWithInput(
          cluster,
          text,
          'apply',
          '--server-side',
          '--field-manager=ingress-tls',
          '--dry-run=server',
          '--warnings-as-errors',
          '-f',
          '-',
        );
        expect(output).toMatch(/serverside-applied/);
      }
      for (const service of ['svc7', 'svc8', 'svc9']) {
        // With the pod of `helm test`, a hook: a pod is admitted only where its account is already.
        kubectl(cluster, 'create', 'serviceaccount', `ic3-${service}`, '--namespace', namespace);
        const objects = helm(
          cluster,
          'template',
          `ic3-${service}`,
          join(project, 'charts', service),
          '--namespace',
          namespace,
        );
        expect(objects).toMatch(/^kind: Pod$/m);
        kubectlWithInput(
          cluster,
          objects,
          'apply',
          '--server-side',
          '--field-manager=ingress-tls',
          '--namespace',
          namespace,
          '--dry-run=server',
          '--warnings-as-errors',
          '-f',
          '-',
        );
      }
      for (const file of readdirSync(join(project, 'secrets'))) {
        const text = readFileSync(join(project, 'secrets', file), 'utf8').replace(
          'namespace: default',
          `namespace: ${namespace}`,
        );
        kubectlWithInput(
          cluster,
          text,
          'apply',
          '--server-side',
          '--field-manager=ingress-tls',
          '--dry-run=server',
          '--warnings-as-errors',
          '-f',
          '-',
        );
      }
      // The twin: what a restricted namespace does not like is a warning, and that an error.
      const privileged = JSON.stringify({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'privileged' },
        spec: {
          selector: { matchLabels: { app: 'x' } },
          template: {
            metadata: { labels: { app: 'x' } },
            spec: { containers: [{ name: 'x', image: 'x', securityContext: { privileged: true } }] },
          },
        },
      });
      expect(() =>
        kubectlWithInput(
          cluster,
          privileged,
          'apply',
          '--server-side',
          '--namespace',
          namespace,
          '--dry-run=server',
          '--warnings-as-errors',
          '-f',
          '-',
        ),
      ).toThrow(/violate PodSecurity "restricted/);
    } finally {
      kubectl(cluster, 'delete', 'namespace', namespace, '--ignore-not-found');
      rmSync(copy, { recursive: true });
    }
  });

  it('prints the plan without touching the cluster or the folder', () => {
    const before = listObjects(cluster);
    const result = ingressTls(cluster, project, 'apply', '--dry-run');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout).toMatch(
      /kubectl .*apply --server-side --field-manager=ingress-tls -f - < manifests\/ic-common\.yaml/,
    );
    expect(result.stdout).toMatch(/helm .*upgrade/);
    expect(listObjects(cluster)).toEqual(before);
  });

  it('refuses the profile of old clusters before anything is sent', () => {
    const before = listObjects(cluster);
    const old = mkdtempSync(join(tmpdir(), 'ingress-tls-old-'));
    try {
      expect(ingressTls(cluster, old, 'init', '--profile', 'ingress-nginx-0.15').exitCode).toBe(0);
      const result = ingressTls(cluster, old, 'apply');
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toMatch(/ingress-nginx-0\.15/);
      expect(result.stderr).toMatch(/profile: ingress-nginx\b/);
      expect(listObjects(cluster)).toEqual(before);
    } finally {
      rmSync(old, { recursive: true });
    }
  });

  it('is applied: three releases deployed, every pod ready', { timeout: 300_000 }, () => {
    const result = ingressTls(cluster, project, 'apply', '--timeout', '120s');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(result.stdout).toContain('--resolve svc9.example.test:30092:');
    const releases = JSON.parse(helm(cluster, 'list', '--namespace', 'default', '--output', 'json')) as {
      name: string;
      status: string;
    }[];
    expect(releases.map(({ name, status }) => `${name} ${status}`).sort()).toEqual([
      'ic3-svc7 deployed',
      'ic3-svc8 deployed',
      'ic3-svc9 deployed',
    ]);
    for (const [namespace, name] of [
      ['ingress-nginx-demo', 'nginx-ingress-controller-ic3'],
      ['default', 'ic3-svc7'],
      ['default', 'ic3-svc8'],
      ['default', 'ic3-svc9'],
    ] as const) {
      expect(
        kubectl(
          cluster,
          'get',
          'deployment',
          name,
          '--namespace',
          namespace,
          '--output',
          'jsonpath={.status.readyReplicas}',
        ),
      ).toBe('1');
    }
  });

  it('leaves no key in an annotation', () => {
    const annotations = kubectl(
      cluster,
      'get',
      'secrets',
      '--namespace',
      'default',
      '--output',
      'jsonpath={range .items[*]}{.metadata.name} {.metadata.annotations}{"\\n"}{end}',
    );
    expect(annotations).toContain('ingress-controller-demo-tls-secret');
    expect(annotations).not.toContain('last-applied');
  });

  describe('each pod answers in its mode', () => {
    it('terminate: plain HTTP, and only that', { timeout: 60_000 }, async () => {
      await withForward(cluster, 'svc/ic3-svc7', 80, async (port) => {
        expect(await ask(requestHttp, { port })).toEqual({
          status: 200,
          body: 'Hello, I am svc7 for ingress-controller demo!\n',
        });
        await expect(ask(requestHttps, { port, rejectUnauthorized: false })).rejects.toThrow();
      });
    });

    it('reencrypt: TLS with the certificate that the controller verifies', { timeout: 60_000 }, async () => {
      await withForward(cluster, 'svc/ic3-svc8', 443, async (port) => {
        const ca = readFileSync(join(project, 'certs/ca.crt'));
        const answer = await ask(requestHttps, { port, ca, servername: 'ic3-svc8.default.svc' });
        expect(answer).toEqual({ status: 200, body: 'Hello, I am svc8 for ingress-controller demo!\n' });
        await expect(
          ask(requestHttps, {
            port,
            ca: readFileSync(join(project, 'certs/svc9-client-ca.crt')),
            servername: 'ic3-svc8.default.svc',
          }),
        ).rejects.toThrow();
        await expect(ask(requestHttp, { port })).resolves.toMatchObject({ status: 400 });
      });
    });

    it(
      'passthrough: TLS with a client certificate, refused without one and with a foreign one',
      { timeout: 60_000 },
      async () => {
        await withForward(cluster, 'svc/ic3-svc9', 443, async (port) => {
          const read = (name: string): Buffer => readFileSync(join(project, 'certs', name));
          const tls = {
            port,
            ca: read('ca.crt'),
            servername: 'svc9.example.test',
            headers: { host: 'svc9.example.test' },
          };
          const answer = await ask(requestHttps, {
            ...tls,
            cert: read('svc9-client.crt'),
            key: read('svc9-client.key'),
          });
          expect(answer).toEqual({ status: 200, body: 'Hello, I am svc9 for ingress-controller demo!\n' });
          for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
            const only = { ...tls, minVersion: version, maxVersion: version };
            await expect(ask(requestHttps, only)).rejects.toThrow(/alert|ECONNRESET|EPIPE/);
            await expect(ask(requestHttps, { ...only, cert: read('svc8.crt'), key: read('svc8.key') })).rejects.toThrow(
              /alert|ECONNRESET|EPIPE/,
            );
          }
        });
      },
    );
  });

  it('changes nothing when applied again', { timeout: 300_000 }, () => {
    const before = listVersions(cluster);
    const result = ingressTls(cluster, project, 'apply', '--timeout', '120s');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(listVersions(cluster)).toEqual(before);
  });

  it('refuses what belongs to another controller, before anything is written', { timeout: 60_000 }, () => {
    const other = mkdtempSync(join(tmpdir(), 'ingress-tls-other-'));
    try {
      const before = listVersions(cluster);
      expect(
        ingressTls(
          cluster,
          other,
          'init',
          '--controller-name',
          'ic4',
          '--controller-namespace',
          'ic4-demo',
          '--node-port',
          '30094',
          '--key-type',
          'ecdsa-p256',
        ).exitCode,
      ).toBe(0);
      const result = ingressTls(cluster, other, 'apply');
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toMatch(/ingress-controller-demo-tls-secret.*belongs to controller ic3/);
      expect(listVersions(cluster)).toEqual(before);
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  it('uninstalls what is no longer wanted when asked to', { timeout: 120_000 }, () => {
    expect(ingressTls(cluster, project, 'remove-service', 'svc7').exitCode).toBe(0);
    const kept = ingressTls(cluster, project, 'apply', '--timeout', '120s');
    expect(kept.exitCode, kept.stderr).toBe(0);
    expect(kept.stderr).toContain('release default/ic3-svc7');
    expect(listReleases(cluster)).toEqual(['ic3-svc7', 'ic3-svc8', 'ic3-svc9']);
    const result = ingressTls(cluster, project, 'apply', '--prune', '--timeout', '120s');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(listReleases(cluster)).toEqual(['ic3-svc8', 'ic3-svc9']);
  });

  it('is destroyed without a trace', { timeout: 300_000 }, () => {
    expect(ingressTls(cluster, project, 'destroy', '--no-input').exitCode).toBe(2);
    const result = ingressTls(cluster, project, 'destroy', '--confirm', 'ic3');
    expect(result.exitCode, result.stderr).toBe(0);
    expect(listObjects(cluster)).toEqual(objectsBefore);
    expect(readdirSync(join(project, 'certs'))).toContain('svc9.key');
  });
});

/** Opens a local port to a Service's pod through the API server, so that any cluster will do. */
async function withForward(
  cluster: Cluster,
  target: string,
  port: number,
  body: (localPort: number) => Promise<void>,
): Promise<void> {
  const child: ChildProcess = spawn(
    findTool('kubectl') ?? 'kubectl',
    ['port-forward', '--namespace', 'default', target, `:${port}`],
    {
      env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  try {
    const localPort = await new Promise<number>((resolve, reject) => {
      let text = '';
      child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const match = /127\.0\.0\.1:(\d+) ->/.exec(text);
        if (match !== null) resolve(Number(match[1]));
      });
      child.on('exit', (code) => {
        reject(new Error(`kubectl port-forward ended with ${code}`));
      });
    });
    await body(localPort);
  } finally {
    child.kill();
  }
}

/** One GET on a connection of its own. */
function ask(
  request: typeof requestHttp,
  options: RequestOptions,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', path: '/', agent: false, timeout: 10_000, ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => {
        resolve({ status: response.statusCode, body });
      });
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject);
    sent.end();
  });
}
