import { createServer, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpsProbe } from '../../../support/effects/probes/fixtures.ts';
import {
  client,
  clientAuthority,
  foreignClient,
  httpsProbe,
  probePort,
  server,
} from '../../../support/effects/probes/fixtures.ts';
import { startGrpcServer } from '../../../support/grpc.ts';
import { closeServersAfterEach, listen, listenOpenSsl } from './servers.ts';

closeServersAfterEach();

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

const call: HttpsProbe = { ...httpsProbe, asks: 'grpc', path: '/grpc.health.v1.Health/Check', protocols: ['h2'] };
const silence: HttpsProbe = { ...httpsProbe, asks: 'nothing', protocols: [] };
const versions = ['TLSv1.2', 'TLSv1.3'] as const;

async function listenGrpc(authority?: string): Promise<number> {
  const started = await startGrpcServer({ certificate: server.cert, key: server.key }, authority);
  ends.push(() => {
    started.close();
  });
  return started.port;
}

describe('a gRPC server', () => {
  it('says that it has no such method', async () => {
    const { answer, failure } = await probePort(await listenGrpc(), call);
    expect(failure).toBeUndefined();
    expect(answer).toMatchObject({ status: 200, grpcStatus: 12, httpVersion: '2' });
  });

  it('answers a method that it has in trailers, behind the body', async () => {
    const { answer } = await probePort(await listenGrpc(), { ...call, path: '/test.Echo/Say' });
    expect(answer?.grpcStatus).toBe(0);
    expect(answer?.headers).not.toHaveProperty('grpc-status');
  });

  it.each(versions)('lets in the right client alone, in %s', async (version) => {
    const port = await listenGrpc(clientAuthority);
    const probe = { ...call, version };
    expect((await probePort(port, { ...probe, client })).answer?.grpcStatus).toBe(12);
    for (const other of [probe, { ...probe, client: foreignClient }]) {
      const { answer, failure } = await probePort(port, other);
      expect(answer).toBeUndefined();
      expect(['alert', 'closed', 'ECONNRESET']).toContain(failure?.code);
    }
  });

  it('gives a page no answer of gRPC', async () => {
    const { answer } = await probePort(await listenGrpc(), { ...httpsProbe, protocols: ['h2'] });
    expect(answer?.status).not.toBe(200);
  });
});

describe('a server of no HTTP', () => {
  const files = { 's.crt': server.cert, 's.key': server.key, 'clients.crt': clientAuthority };
  const asServer = ['-cert', 's.crt', '-key', 's.key'];

  it.each(versions)('lets the right client be and no other, in %s', async (version) => {
    const port = await listenOpenSsl(
      files,
      ...asServer,
      '-CAfile',
      'clients.crt',
      '-Verify',
      '2',
      '-verify_return_error',
    );
    const probe = { ...silence, version };
    const right = await probePort(port, { ...probe, client });
    expect(right).toMatchObject({ isKept: true, version });
    expect(right.failure).toBeUndefined();
    expect(right.answer).toBeUndefined();
    for (const other of [probe, { ...probe, client: foreignClient }]) {
      const { isKept, failure } = await probePort(port, other);
      expect(isKept).toBeUndefined();
      expect(failure?.code).toBe('alert');
    }
  });

  async function listenTls(treat: (socket: TLSSocket) => void): Promise<number> {
    return listen(
      createServer({ cert: server.cert, key: server.key }, (socket) => {
        socket.on('error', () => undefined);
        treat(socket);
      }),
    );
  }

  it('has let in whom it greets before it goes', async () => {
    const port = await listenTls((socket) => socket.end('220 welcome\r\n'));
    expect(await probePort(port, silence)).toMatchObject({ isKept: true });
  });

  it('has let in nobody whom it leaves without a word', async () => {
    const { isKept, failure } = await probePort(await listenTls((socket) => socket.end()), silence);
    expect(isKept).toBeUndefined();
    expect(failure).toMatchObject({ stage: 'response', code: 'closed' });
  });

  it('speaks no protocol that could be agreed on, and is not asked for one', async () => {
    let offered: unknown = 'nobody came';
    const port = await listenTls((socket) => {
      offered = socket.alpnProtocol;
    });
    expect(await probePort(port, silence)).toMatchObject({ isKept: true });
    expect(offered).toBe(false);
  });
});
