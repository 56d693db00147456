import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { callEcho, startGrpcServer } from '../support/grpc.ts';
import { inProject } from '../support/prepared-project.ts';
import { runProgram, startProgram } from '../support/program.ts';
import { sayByOpenSsl, spoken } from '../support/openssl.ts';
import { withPreview } from './preview-run.ts';

const head =
  'apiVersion: ingress-tls/v1\ndomain: example.test\ncontroller: {profile: traefik}\ncertificate: {keyType: ecdsa-p256}\n';
const image = 'image: registry.example.test/program:1';
const all = `${head}services:
  - {name: api, mode: terminate, protocol: grpc, ${image}}
  - {name: hop, mode: reencrypt, protocol: grpc, ${image}}
  - {name: git, mode: passthrough, protocol: grpc, host: git.direct.example.test, ${image}}
  - {name: open, mode: passthrough, protocol: tcp, clientAuth: {mode: optional}, host: open.direct.example.test, ${image}}
  - {name: broker, mode: passthrough, protocol: tcp, host: broker.direct.example.test, ${image}}
`;

const read = (project: string, name: string): string => readFileSync(join(project, 'certs', name), 'utf8');
const clientOf = (project: string, name: string): { readonly certificate: string; readonly key: string } => ({
  certificate: read(project, `${name}-client.crt`),
  key: read(project, `${name}-client.key`),
});

interface Report {
  readonly holds: boolean;
  readonly services: readonly {
    readonly checks: readonly {
      readonly check: string;
      readonly status: string;
      readonly cause?: string;
      readonly remedy?: string;
    }[];
  }[];
}

describe('a preview of gRPC and of no HTTP', () => {
  it("answers grpc-js's client in every mode, and verify finds that all holds", { timeout: 120_000 }, async () => {
    await inProject(all, async (project) => {
      await withPreview(project, { path: process.env['PATH'] ?? '' }, async ({ port }) => {
        const call = (host: string, trust: string, client?: ReturnType<typeof clientOf>): Promise<string> =>
          callEcho({ port, host, trust: read(project, trust), ...(client !== undefined && { client }) }, 'hello');
        // The stand-in has no method; that it says so is an answer of gRPC, over a hop of HTTP/2.
        expect(await call('api.example.test', 'wildcard.crt')).toMatch(/^UNIMPLEMENTED/);
        expect(await call('hop.example.test', 'wildcard.crt')).toMatch(/^UNIMPLEMENTED/);
        expect(await call('git.direct.example.test', 'ca.crt', clientOf(project, 'git'))).toMatch(/^UNIMPLEMENTED/);
        expect(await call('git.direct.example.test', 'ca.crt')).toMatch(/^UNAVAILABLE/);

        const say = (...identity: readonly string[]): Promise<string> =>
          sayByOpenSsl(project, `127.0.0.1:${String(port)}`, 'broker.direct.example.test', identity);
        expect(await say('-cert', 'certs/broker-client.crt', '-key', 'certs/broker-client.key')).toContain(spoken);
        expect(await say()).toBe('');

        const verified = await startProgram(['verify', '--json', '--timeout', '20s'], { cwd: project }).ended;
        const { holds, services } = JSON.parse(verified.stdout) as Report;
        expect(services.flatMap(({ checks }) => checks).filter(({ status }) => status === 'failed')).toEqual([]);
        expect(holds).toBe(true);
        const soon = await startProgram(['verify', 'broker', '--timeout', '2s', '--json'], { cwd: project }).ended;
        const [brokers] = (JSON.parse(soon.stdout) as Report).services;
        expect(brokers?.checks.find(({ check }) => check === 'answer')?.status).toBe('ok');
        const deep = await startProgram(['verify', 'hop', '--deep', '--timeout', '20s'], { cwd: project }).ended;
        expect(deep.stdout).toMatch(/ok\s+upstream-verification/);
        expect(deep.exitCode).toBe(0);

        for (const [args, words] of [
          [['curl', 'api'], /curl asks for pages, and api speaks grpc/],
          [['curl', 'broker'], /curl asks for pages, and broker speaks tcp[\s\S]*ingress-tls verify broker/],
          [['verify', 'git', '--status', '200'], /for pages, and git speaks grpc/],
        ] as const) {
          const refused = runProgram(args, { cwd: project });
          expect(refused.stderr).toMatch(words);
          expect(refused.exitCode).toBe(2);
        }
      });
    });
  });
});

const one = (more: string): string => `${head}services:\n  - {name: own, mode: passthrough, ${image}, ${more}}\n`;

/** What verify finds where the service's own pod listens. */
async function verifyPod(
  config: string,
  start: (project: string) => Promise<{ readonly port: number; close(): void }>,
  options: readonly string[] = [],
): Promise<Readonly<Record<string, Report['services'][number]['checks'][number]>>> {
  return inProject(config, async (project) => {
    const pod = await start(project);
    try {
      const args = ['verify', '--address', `127.0.0.1:${String(pod.port)}`, '--json', '--timeout', '20s', ...options];
      const { stdout, stderr } = await startProgram(args, { cwd: project }).ended;
      if (stdout === '') throw new Error(stderr);
      const { services } = JSON.parse(stdout) as Report;
      return Object.fromEntries((services[0]?.checks ?? []).map((check) => [check.check, check]));
    } finally {
      pod.close();
    }
  });
}

function expectOk(checks: Awaited<ReturnType<typeof verifyPod>>, ...names: readonly string[]): void {
  for (const check of names) expect([check, checks[check]?.status]).toEqual([check, 'ok']);
}

const aboutClients = ['client-certificate-none', 'client-certificate-foreign', 'client-certificate-right'];
const handshake = ['certificate', 'trust', 'validity', 'tls-versions', 'split-hello', 'large-hello'];

async function listen(server: Server): Promise<{ readonly port: number; close(): void }> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

const podPair = (project: string): { readonly cert: string; readonly key: string } => ({
  cert: read(project, 'own.crt'),
  key: read(project, 'own.key'),
});

describe('verify of a pod that speaks gRPC', () => {
  const start = (project: string): ReturnType<typeof startGrpcServer> =>
    startGrpcServer(
      { certificate: read(project, 'own.crt'), key: read(project, 'own.key') },
      read(project, 'own-client-ca.crt'),
    );

  it('proves it where the file says so', async () => {
    const checks = await verifyPod(one('protocol: grpc'), start);
    expectOk(checks, 'answer', ...handshake, ...aboutClients);
  });

  it('names the field where the file does not, and blames no certificate', async () => {
    const checks = await verifyPod(one('port: 8443'), start);
    expect(checks['answer']).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('protocol: grpc') as string,
    });
    expectOk(checks, ...handshake, 'client-certificate-none', 'client-certificate-foreign');
  });

  it('says so where a page answers in its place', async () => {
    const checks = await verifyPod(one('protocol: grpc, clientAuth: false'), (project) =>
      listen(createHttpsServer(podPair(project), (_request, response) => response.end('a page'))),
    );
    expect(checks['answer']?.status).toBe('failed');
  });
});

describe('verify of a pod that speaks no HTTP', () => {
  /** As a broker: the client is checked in the handshake, and whoever sends what it does not know is left. */
  const start = (project: string): Promise<{ readonly port: number; close(): void }> =>
    listen(
      createTlsServer(
        { ...podPair(project), ca: read(project, 'own-client-ca.crt'), requestCert: true, rejectUnauthorized: true },
        (socket) => {
          socket.on('error', () => undefined);
          socket.on('data', () => socket.destroy());
        },
      ).on('tlsClientError', () => undefined),
    );

  it('proves it by handshake and client certificate', async () => {
    const checks = await verifyPod(one('protocol: tcp'), start);
    expectOk(checks, 'answer', ...handshake, ...aboutClients);
  });

  it('names the field where the file does not say so', async () => {
    const checks = await verifyPod(one('port: 9093'), start);
    expect(checks['answer']).toMatchObject({
      status: 'failed',
      remedy: expect.stringContaining('protocol: tcp') as string,
    });
    expectOk(checks, ...handshake);
  });

  it('finds that everybody is let in', async () => {
    const checks = await verifyPod(one('protocol: tcp'), (project) =>
      listen(createTlsServer(podPair(project), (socket) => void socket.on('error', () => undefined))),
    );
    expect(checks['client-certificate-none']).toMatchObject({
      status: 'failed',
      cause: expect.stringContaining('everybody gets in') as string,
    });
    expect(checks['client-certificate-right']?.status).toBe('ok');
  });
});

describe('a redirect to the URL that was asked for', () => {
  const loop = (
    project: string,
    location: string,
    cookie?: string,
  ): Promise<{ readonly port: number; close(): void }> =>
    listen(
      createHttpsServer(podPair(project), (_request, response) => {
        response.writeHead(307, { location, ...(cookie !== undefined && { 'set-cookie': cookie }) }).end();
      }),
    );
  const config = one('clientAuth: false');

  it.each(['https://own.example.test/', 'https://own.example.test:30092/', '/', ''])(
    'is a loop, whatever status is asked for: %j',
    async (location) => {
      const checks = await verifyPod(config, (project) => loop(project, location), ['--status', '307']);
      if (location === '') expect(checks['answer']?.status).toBe('ok');
      else
        expect(checks['answer']).toMatchObject({
          status: 'failed',
          cause: expect.stringContaining('a loop') as string,
        });
    },
  );

  it('is none to another place, or with a cookie', async () => {
    for (const [location, cookie] of [
      ['https://own.example.test/login', undefined],
      ['http://own.example.test/', undefined],
      ['https://own.example.test/', 'seen=1'],
    ] as const) {
      const checks = await verifyPod(config, (project) => loop(project, location, cookie), ['--status', '307']);
      expect(checks['answer']?.status).toBe('ok');
    }
  });

  it('names its usual cause where the pod gets plain HTTP', async () => {
    const terminated = `${head}services:\n  - {name: own, mode: terminate, ${image}}\n`;
    const checks = await verifyPod(terminated, (project) =>
      listen(
        createHttpsServer(
          { cert: read(project, 'wildcard.crt'), key: read(project, 'wildcard.key') },
          (_request, response) => response.writeHead(308, { location: 'https://own.example.test/' }).end(),
        ),
      ),
    );
    expect(checks['answer']?.cause).toContain('sends everybody to https who comes by plain HTTP');
    expect(checks['answer']?.remedy).toContain('X-Forwarded-Proto');
  });
});

describe('the file', () => {
  it.each([
    ['{name: a, mode: terminate, protocol: tcp, image: x}', /in terminate the controller reads HTTP/],
    [
      '{name: a, mode: terminate, clientAuth: {authority: certs/wildcard.crt}}',
      /certs\/wildcard.crt is the wildcard certificate/,
    ],
    [
      '{name: a, mode: terminate, clientAuth: true, annotations: {nginx.ingress.kubernetes.io/auth-tls-error-page: https:\/\/x.example.test}}',
      /clientAuth of the service decides/,
    ],
    ['{name: a, mode: terminate, protocol: grpc}', /the demo backend speaks HTTP/],
    ['{name: a, mode: terminate, protocol: h2, image: x}', /expected http, grpc or tcp/],
    [
      '{name: a, mode: terminate, protocol: grpc, image: x, annotations: {nginx.ingress.kubernetes.io/backend-protocol: HTTP}}',
      /protocol: grpc/,
    ],
  ])('is refused: %s', async (service, words) => {
    await inProject(`${head}services: []\n`, (project) => {
      writeFileSync(join(project, 'ingress-tls.yaml'), `${head}services:\n  - ${service}\n`);
      const { stderr, exitCode } = runProgram(['render'], { cwd: project });
      expect(stderr).toMatch(words);
      expect(exitCode).toBe(2);
    });
  });

  it('is refused where the controller verifies no gRPC, or HTTP/2 is off', async () => {
    await inProject(`${head}services: []\n`, (project) => {
      const nginx = head.replace('traefik', 'ingress-nginx');
      writeFileSync(
        join(project, 'ingress-tls.yaml'),
        `${nginx}services:\n  - {name: a, mode: reencrypt, protocol: grpc, image: x}\n`,
      );
      expect(runProgram(['render'], { cwd: project }).stderr).toMatch(/without verifying it/);
      writeFileSync(
        join(project, 'ingress-tls.yaml'),
        `${head}services:\n  - {name: a, mode: terminate, protocol: grpc, image: x}\n  - {name: b, mode: passthrough}\n`,
      );
      expect(runProgram(['render'], { cwd: project }).stderr).toMatch(
        /gRPC needs HTTP\/2[\s\S]*b\.direct\.example\.test/,
      );
    });
  });
});
