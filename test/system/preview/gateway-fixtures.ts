import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server as HttpServer,
} from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { connect as connectTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';

import {
  requestClient,
  requestClientAuthority,
  requestPassthroughServer,
  requestPodServer,
  requestProjectAuthority,
} from '../../../src/certs/requests.ts';
import type { CertificateRequest } from '../../../src/model/certificate.ts';
import type {
  GatewayBackend,
  GatewayBehaviour,
  GatewayHost,
  GatewayTable,
  GatewayUpstream,
} from '../../../src/model/gateway.ts';
import type { AccessEntry, GatewayInput } from '../../../src/model/preview.ts';
import { startGateway, type Gateway } from '../../../src/preview/gateway.ts';
import type { Limits } from '../../../src/preview/gateway/limits.ts';
import { needTool, type Tool } from '../../support/tools.ts';
import { until } from '../../support/until.ts';
import { issue, keys, makeKey } from '../../support/certs/fixtures.ts';

/** Opened by a test, closed after it. */
const opened: (() => Promise<void> | void)[] = [];

export function closeLater(close: () => Promise<void> | void): void {
  opened.push(close);
}

export async function closeAll(): Promise<void> {
  for (const close of opened.splice(0).reverse()) {
    await close();
  }
}

// --- certificates: every leaf is another one

const key = keys['ecdsa-p256'].privateKey;
const authorityKey = makeKey('ecdsa-p256');
const foreignKey = makeKey('ecdsa-p256');
const server = (dnsNames: readonly string[]): CertificateRequest => ({
  usage: 'server',
  organization: 'Example',
  dnsNames,
  permittedDnsNames: [],
  days: 30,
  keyType: 'ecdsa-p256',
});
const projectAuthority = {
  key: authorityKey,
  certificate: issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey }),
};
const clientAuthority = {
  key: foreignKey,
  certificate: issue(requestClientAuthority('svc9', 'ecdsa-p256'), { key: foreignKey }),
};

export const pem = {
  key,
  foreignPrivateKey: foreignKey.privateKey,
  fallback: issue(server(['ingress.local'])),
  rsaFallback: {
    certificate: issue({ ...server(['ingress.local']), keyType: 'rsa-2048' }, { key: keys['rsa-2048'] }),
    key: keys['rsa-2048'].privateKey,
  },
  edge: issue({
    ...server(['svc7.example.test', 'svc8.example.test', '*.wild.example.test']),
    commonName: 'svc7.example.test',
  }),
  other: issue(server(['elsewhere.test'])),
  reissued: issue({ ...server(['svc7.example.test']), commonName: 'svc7.example.test' }),
  pod: issue(requestPodServer('svc8.default.svc', 30, 'ecdsa-p256'), { signer: projectAuthority }),
  passthrough: issue(requestPassthroughServer(['svc9.example.test'], 30, 'ecdsa-p256'), { signer: projectAuthority }),
  authority: projectAuthority.certificate,
  foreignAuthority: clientAuthority.certificate,
  client: issue(requestClient('svc9', 30, 'ecdsa-p256'), { signer: clientAuthority }),
};

// --- the table

export const behaviour: GatewayBehaviour = {
  product: 'test controller',
  fallbackCertificate: {
    commonName: 'Kubernetes Ingress Controller Fake Certificate',
    organization: 'Acme Co',
    dnsNames: ['ingress.local'],
  },
  plainHttp: {
    status: 400,
    contentType: 'text/html',
    body: '<h1>The plain HTTP request was sent to HTTPS port</h1>',
    text: 'was sent to HTTPS port',
  },
  unknownHost: { status: 404, contentType: 'text/html', body: 'no such host' },
  upstreamRefused: { status: 502, contentType: 'text/html', body: 'bad gateway' },
  upstreamMissing: { status: 503, contentType: 'text/html', body: 'unavailable' },
  tlsVersions: ['TLSv1.2', 'TLSv1.3'],
  helloReading: 'first-read',
  strictTransportSecurity: 'max-age=31536000; includeSubDomains',
  knownLimits: [],
};

/** A host that leads to the Service of its first label. */
export function host(
  name: string,
  { backend = backendOf(name), upstream = { scheme: 'http' }, ...more }: Partial<GatewayHost & Way> = {},
): GatewayHost {
  const host: GatewayHost = {
    name,
    connection: 'terminated',
    certificate: { namespace: 'default', name: 'edge' },
    locations: [{ path: '/', type: 'start', backend, upstream }],
    ...more,
  };
  return host.connection === 'terminated' ? host : { ...host, backend };
}

interface Way {
  readonly backend: GatewayBackend;
  readonly upstream: GatewayUpstream;
}

export function backendOf(name: string): GatewayBackend {
  return { service: { namespace: 'default', name: name.split('.')[0] ?? '' }, port: 443 };
}

export const verified: GatewayUpstream = {
  scheme: 'https',
  serverName: 'svc8.default.svc',
  verification: {
    authority: { kind: 'Secret', namespace: 'default', name: 'svc8-ca', key: 'ca.crt' },
    name: 'svc8.default.svc',
  },
};

/** `pods`: loopback ports by the name of the Service. */
export function input(
  hosts: readonly GatewayHost[],
  pods: Readonly<Record<string, number>>,
  more: {
    readonly behaviour?: Partial<GatewayBehaviour>;
    readonly table?: Partial<GatewayTable>;
    readonly data?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  } = {},
): GatewayInput {
  const data: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'default/edge': { 'tls.crt': pem.edge, 'tls.key': key },
    'default/svc8-ca': { 'ca.crt': pem.authority },
    ...more.data,
  };
  return {
    behaviour: { ...behaviour, ...more.behaviour },
    table: { hosts, offersHttp2: true, complaints: [], ...more.table },
    findData: (kind, { namespace, name }) => (kind === 'Secret' ? data[`${namespace}/${name}`] : undefined),
    findPod: ({ service }) => pods[service.name],
  };
}

export interface RunningGateway {
  readonly gateway: Gateway;
  readonly port: number;
  readonly entries: AccessEntry[];
}

export async function start(
  gatewayInput: GatewayInput,
  limits: Partial<Limits> = {},
  fallback = { certificate: pem.fallback, key },
  plainPort = 0,
): Promise<RunningGateway> {
  const entries: AccessEntry[] = [];
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    plainPort,
    input: gatewayInput,
    fallback,
    now: () => new Date(),
    onEntry: (entry) => entries.push(entry),
    limits: { closingMs: 200, ...limits },
  });
  closeLater(() => gateway.close());
  return { gateway, port: gateway.port, entries };
}

// --- pods

/** Says what it saw; `/cut` ends in the middle of its answer, `/body` counts what it got. */
export const tell: RequestListener = (request, response) => {
  if (request.url === '/cut') {
    response.writeHead(200, { 'content-length': 100 });
    response.write('only this', () => request.socket.destroy());
    return;
  }
  const servername = 'servername' in request.socket ? request.socket.servername : undefined;
  void sizeOf(request).then((received) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        url: request.url,
        method: request.method,
        headers: request.headers,
        received,
        servername,
        from: request.socket.remotePort,
      }),
    );
  });
};

async function sizeOf(request: IncomingMessage): Promise<number> {
  let size = 0;
  try {
    for await (const chunk of request) size += (chunk as Buffer).length;
  } catch {
    // The client left.
  }
  return size;
}

export async function listen(podServer: Server): Promise<number> {
  const sockets = new Set<Socket>();
  podServer.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
  });
  podServer.listen(0, '127.0.0.1');
  await once(podServer, 'listening');
  closeLater(() => {
    podServer.close();
    for (const socket of sockets) socket.destroy();
  });
  return (podServer.address() as AddressInfo).port;
}

export async function startHttpPod(
  listener: RequestListener = tell,
): Promise<{ readonly port: number; readonly server: HttpServer }> {
  const podServer = createHttpServer(listener);
  return { port: await listen(podServer), server: podServer };
}

export async function startTlsPod(
  certificate: string,
  options: ServerOptions = {},
  listener: RequestListener = tell,
): Promise<number> {
  return listen(createHttpsServer({ key, cert: certificate, ...options }, listener));
}

// --- clients

const folder = mkdtempSync(join(tmpdir(), 'gateway-test-'));
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});

export function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

export interface Ran {
  readonly code: number;
  readonly output: string;
}

/** Runs a program beside this one, for the servers that it asks are here; without the program the test is skipped. */
export function run(program: Tool, args: readonly string[], stdin = ''): Promise<Ran> {
  const path = needTool(program);
  return new Promise((resolve) => {
    const child = execFile(path, args, { timeout: 20_000, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: stdout + stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}

/** curl to a host name of the gateway; the address is given by --resolve. */
export function curl(port: number, hostName: string, path: string, ...args: readonly string[]): Promise<Ran> {
  return run('curl', [
    '-sS',
    '-m',
    '5',
    '--resolve',
    `${hostName}:${port}:127.0.0.1`,
    ...args,
    `https://${hostName}:${port}${path}`,
  ]);
}

/** A TLS client; resolves when its handshake is done. */
export async function connectSecurely(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
  closeLater(() => {
    socket.destroy();
  });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  return socket;
}

/** Fingerprint of the leaf that is shown for a name. */
export async function leafFor(port: number, options: ConnectionOptions): Promise<string> {
  const socket = await connectSecurely(port, options);
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

export async function connectPlainly(port: number): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  closeLater(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return socket;
}

/** The bytes of a ClientHello, as OpenSSL writes it. */
export async function helloFor(servername: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const wire = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  const client = connectTls({ socket: wire, servername });
  client.on('error', () => undefined);
  await until(() => chunks.length > 0);
  client.destroy();
  return Buffer.concat(chunks);
}

/** Everything until the other side ends; then this side ends too. */
export async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.once('end', () => socket.end());
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  // Not `once`, which takes the reset of a connection that is written to for a failure.
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}
