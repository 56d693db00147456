import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Verification } from '../../../../src/model/verification.ts';
import { ingressTls, kubectl, programEnvironment, readObject, readSecret } from '../../../support/cluster-programs.ts';
import { fingerprint } from '../../../support/outside-view.ts';
import { programPath, runProgram } from '../../../support/program.ts';
import { until } from '../../../support/until.ts';
import {
  annotate,
  ask,
  domain,
  greeting,
  leafOf,
  podCertificate,
  readAccessLog,
  readRequest,
  wildcardSecret,
  type Story,
} from './story.ts';

// In TLS 1.3 the alert comes after the handshake, and curl may have met the closed connection first: 35, 55 or 56.
const refused = {
  exitCode: expect.toSatisfy((code: number) => [35, 55, 56].includes(code), 'a refusal by TLS') as number,
  status: 0,
  body: '',
};

/** svc9, whose TLS ends in the pod. */
export function testPassthrough(story: Story): void {
  const { cluster } = story;
  const host = `svc9.${domain}`;
  const withCertificate = (...options: string[]) =>
    story.outside.curl({ host, path: '/refused', options: ['--cacert', 'certs/ca.crt', ...options] });

  it.each(['1.2', '1.3'])('B13: svc9 without a client certificate fails in TLS %s, with no HTTP status', (version) => {
    expect(withCertificate(`--tlsv${version}`, '--tls-max', version)).toMatchObject(refused);
  });

  it(
    'B13: the pod of svc9 logs that the client gave no certificate (a demo backend at log level debug)',
    { timeout: 120_000 },
    async () => {
      const { data } = readObject(cluster, 'configmap', 'ic3-svc9', '--namespace', 'default') as {
        readonly data: { readonly Caddyfile: string };
      };
      try {
        await configure(data.Caddyfile.replace('admin off', 'admin off\n  debug'));
        expect(withCertificate()).toMatchObject(refused);
        await until(() => logs().includes("tls: client didn't provide a certificate"));
      } finally {
        await configure(data.Caddyfile);
      }
    },
  );

  it('B14: svc9 with the right client certificate gives 200 and its greeting; the pod sees who it is', async () => {
    expect(ask(story, 'svc9', '/b14')).toEqual({ exitCode: 0, status: 200, body: greeting('svc9'), error: '' });
    await until(() => readRequest(story, 'svc9', '/b14') !== undefined);
    expect(readRequest(story, 'svc9', '/b14')).toMatchObject({
      tls: { server_name: host, client_common_name: 'svc9-client' },
    });
    expect(Object.keys(readRequest(story, 'svc9', '/b14')?.headers ?? {}).filter((name) => /^X-/i.test(name))).toEqual(
      [],
    );
  });

  it.each(['1.2', '1.3'])('B15: svc9 refuses a certificate of another authority in TLS %s', (version) => {
    expect(
      withCertificate('--cert', 'certs/svc8.crt', '--key', 'certs/svc8.key', `--tlsv${version}`, '--tls-max', version),
    ).toMatchObject(refused);
    expect(readRequest(story, 'svc9', '/refused')).toBeUndefined();
  });

  it("B16: the certificate shown for svc9 is the pod's, which is not that of the wildcard's Secret", () => {
    const seen = leafOf(story, 'svc9');
    expect(seen).toBe(fingerprint(podCertificate(story, 'svc9')));
    expect(seen).not.toBe(fingerprint(readSecret(cluster, wildcardSecret, 'tls.crt')));
  });

  it("B17: a request for svc9 leaves no line in the controller's access log, requests for svc7 and svc8 leave one each", async () => {
    for (const name of ['svc9', 'svc7', 'svc8'] as const) expect(ask(story, name, `/b17-${name}`).status).toBe(200);
    await until(() => readAccessLog(story, '/b17-svc8').length > 0);
    expect(readAccessLog(story, '/b17-svc7')).toHaveLength(1);
    expect(readAccessLog(story, '/b17-svc8')).toHaveLength(1);
    expect(readAccessLog(story, '/b17-svc9')).toEqual([]);
    await until(() => readRequest(story, 'svc9', '/b17-svc9') !== undefined);
  });

  it(
    "B18: where nothing passes svc9 through, the client sees the controller's certificate and an HTTP error, and verify says so by name (here without the annotation: Traefik has no flag)",
    { timeout: 120_000 },
    async () => {
      annotate(story, 'svc9', 'ssl-passthrough', undefined);
      try {
        const wildcard = fingerprint(readSecret(cluster, wildcardSecret, 'tls.crt'));
        await until(() => leafOf(story, 'svc9') === wildcard);
        const answer = ask(story, 'svc9', '/', '--cacert', 'certs/wildcard.crt');
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.body).not.toContain('Hello');
        const { exitCode, stdout } = ingressTls(
          cluster,
          story.project,
          'verify',
          'svc9',
          '--address',
          '127.0.0.1:30092',
          '--json',
        );
        expect(exitCode).toBe(1);
        const failed = (JSON.parse(stdout) as Verification).services.flatMap(({ service, checks }) =>
          checks.filter(({ status }) => status === 'failed').map(({ check }) => `${service} ${check}`),
        );
        expect(failed).toEqual(
          expect.arrayContaining(['svc9 certificate', 'svc9 trust', 'svc9 client-certificate-right']),
        );
      } finally {
        annotate(story, 'svc9', 'ssl-passthrough', 'true');
      }
      await until(() => leafOf(story, 'svc9') === fingerprint(podCertificate(story, 'svc9')));
      expect(ask(story, 'svc9').body).toBe(greeting('svc9'));
    },
  );

  it('B21: the command line that apply prints for svc9, and `ingress-tls curl svc9`, give the greeting; the README names the command', () => {
    const [line] = story.applied.split('\n').filter((each) => each.trim().startsWith(`curl --resolve ${host}:30092:`));
    const said = execFileSync('sh', ['-c', `${line ?? 'false'} --silent --noproxy '*'`], {
      cwd: story.project,
      encoding: 'utf8',
    });
    expect(said).toBe(greeting('svc9'));
    expect(runProgram(['curl', 'svc9'], { cwd: story.project, env: programEnvironment(cluster) })).toMatchObject({
      exitCode: 0,
      stdout: greeting('svc9'),
    });
    expect(readFileSync(new URL('../README.md', `file://${programPath}`), 'utf8')).toContain('ingress-tls curl svc9');
  });

  function logs(): string {
    return kubectl(cluster, 'logs', 'deployment/ic3-svc9', '--namespace', 'default');
  }

  /** Gives svc9 another Caddyfile and a pod that reads it. Without `rollout restart`, whose annotation would stay. */
  async function configure(caddyfile: string): Promise<void> {
    kubectl(
      cluster,
      'patch',
      'configmap',
      'ic3-svc9',
      '--namespace',
      'default',
      '--type',
      'merge',
      '--patch',
      JSON.stringify({ data: { Caddyfile: caddyfile } }),
    );
    kubectl(
      cluster,
      'delete',
      'pods',
      '--namespace',
      'default',
      '--selector',
      'app.kubernetes.io/instance=ic3-svc9',
      '--wait',
    );
    kubectl(cluster, 'rollout', 'status', 'deployment/ic3-svc9', '--namespace', 'default', '--timeout', '60s');
    await until(() => ask(story, 'svc9').status === 200);
  }
}
