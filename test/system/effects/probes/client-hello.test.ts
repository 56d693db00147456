import { createServer as createPod } from 'node:https';
import { createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClientHello } from '../../../../src/world/net/client-hello.ts';
import { createProber } from '../../../../src/world/net/prober.ts';
import { InternalError } from '../../../../src/errors.ts';
import type { Observation, Probe } from '../../../../src/model/probe.ts';
import {
  authority,
  fingerprintOf,
  host,
  httpsProbe,
  probePort,
  server,
  wildcard,
} from '../../../support/effects/probes/fixtures.ts';
import { closeServersAfterEach, listen, listenOpenSsl, listenRaw } from './servers.ts';

closeServersAfterEach();

const files = {
  's.crt': server.cert,
  's.key': server.key,
  'rsa.crt': wildcard.cert,
  'rsa.key': wildcard.key,
  'chain.crt': server.cert + authority,
};
const asServer = ['-cert', 's.crt', '-key', 's.key'];
// OpenSSL 3 has the signatures of TLS 1.1 (MD5 with SHA-1) on security level 0 only.
const old = ['-cert', 'rsa.crt', '-key', 'rsa.key', '-tls1_1', '-cipher', 'ALL@SECLEVEL=0'];

/** The randomness of a hello that is not sent. */
const random = Buffer.alloc(32, 7);

const hello: Extract<Probe, { kind: 'hello' }> = { kind: 'hello', serverName: host, version: 'TLSv1.2', padding: 0 };

const alert = Buffer.from('15030300020228', 'hex');

/** Chunks that a server reads from one probe, until it has them all; to any further connection it answers by an alert. */
async function chunksOf(probe: Probe, length: (first: Buffer) => number): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  let count = 0;
  const port = await listenRaw((socket) => {
    count += 1;
    if (count > 1) {
      socket.once('data', () => socket.end(alert));
      return;
    }
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).length >= length(chunks[0]!)) socket.end();
    });
  });
  await probePort(port, probe);
  return chunks;
}

/**
 * What a server that is held up reads at first from one probe: it reads nothing before another connection waits too, or, where none
 * comes, before a client that does not look would have sent everything. It answers what is no whole hello by its end.
 */
async function firstReadWhenHeldUp(probe: Probe): Promise<{ readonly first: Buffer; readonly seen: Observation }> {
  const sockets: Socket[] = [];
  let first: Buffer | undefined;
  const read = (): void => {
    for (const socket of sockets) socket.resume();
  };
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', (chunk: Buffer) => {
      first ??= chunk;
      socket.end(chunk.length < recordLength(chunk) ? '' : alert);
    });
    if (sockets.length === 1) setTimeout(read, 1500);
    else read();
  });
  const seen = await probePort(await listen(server), probe);
  return { first: first!, seen };
}

function recordLength(first: Buffer): number {
  return first.readUInt16BE(3) + 5;
}

describe('a hello made by hand', () => {
  it.each([0, 1, 517, 3000, 14_000])(
    'of TLS 1.2 with %s bytes of padding is answered by OpenSSL with the certificate of its name',
    async (padding) => {
      const port = await listenOpenSsl(
        files,
        ...asServer,
        '-servername',
        host,
        '-cert2',
        'rsa.crt',
        '-key2',
        'rsa.key',
        '-tls1_2',
      );
      // It serves one connection after the other, so that nothing is seen between two pieces.
      const limit = padding > 1000 ? 2000 : 20_000;
      const named = await probePort(port, { ...hello, padding }, limit);
      expect(named).toMatchObject({
        version: 'TLSv1.2',
        chainLength: 1,
        leaf: { fingerprint: fingerprintOf(wildcard.cert) },
      });
      expect(named.failure).toBeUndefined();
      expect(named.isTrusted).toBeUndefined();
      const other = await probePort(port, { ...hello, padding, serverName: 'other.example.test' }, limit);
      expect(other.leaf?.fingerprint).toBe(fingerprintOf(server.cert));
    },
  );

  it('is answered with the chain', async () => {
    const port = await listenOpenSsl(files, ...asServer, '-cert_chain', 'chain.crt', '-tls1_2');
    await expect(probePort(port, hello)).resolves.toMatchObject({
      chainLength: 3,
      leaf: { fingerprint: fingerprintOf(server.cert) },
    });
  });

  it('of TLS 1.1 is accepted by a server that still speaks it', async () => {
    const port = await listenOpenSsl(files, ...old);
    const seen = await probePort(port, { ...hello, version: 'TLSv1.1' });
    expect(seen).toMatchObject({ version: 'TLSv1.1', leaf: { fingerprint: fingerprintOf(wildcard.cert) } });
    expect(seen.failure).toBeUndefined();
  });

  it('of an old version is refused by alert 70 elsewhere', async () => {
    const modern = await listenOpenSsl(files, ...asServer, '-tls1_3');
    for (const version of ['TLSv1.1', 'TLSv1.2'] as const) {
      const seen = await probePort(modern, { ...hello, version });
      expect(seen).toMatchObject({ failure: { stage: 'handshake', code: 'alert', alert: 70 } });
      expect(seen.version).toBeUndefined();
    }
    const usual = await listenOpenSsl(files, ...asServer, '-tls1_2');
    await expect(probePort(usual, { ...hello, version: 'TLSv1.1' })).resolves.toMatchObject({
      failure: { code: 'alert', alert: 70 },
    });
  });

  it('goes out in one segment without padding, and with it is cut at 1400 bytes', async () => {
    const whole = await chunksOf(hello, recordLength);
    expect(whole).toHaveLength(1);
    expect(whole[0]).toHaveLength(recordLength(whole[0]!));
    const padded = await chunksOf({ ...hello, padding: 3000 }, recordLength);
    expect(padded[0]).toHaveLength(1400);
    expect(Buffer.concat(padded)).toHaveLength(recordLength(padded[0]!));
    // The name is not in the first segment: it is the last thing of all.
    expect(padded[0]!.includes(host)).toBe(false);
    expect(Buffer.concat(padded).subarray(-host.length).toString()).toBe(host);
  });

  it('has the lengths that it says, and the name last, whatever the name and the padding', () => {
    const name = fc.domain().filter((text) => text.length <= 253);
    fc.assert(
      fc.property(
        name,
        fc.constantFrom('TLSv1.1' as const, 'TLSv1.2' as const),
        fc.integer({ min: 0, max: 15_000 }),
        (serverName, version, padding) => {
          const bytes = createClientHello({ serverName, version, padding }, random);
          expect([...bytes.subarray(0, 3)]).toEqual([22, 3, 1]);
          expect(bytes.readUInt16BE(3)).toBe(bytes.length - 5);
          expect(bytes.readUIntBE(6, 3)).toBe(bytes.length - 9);
          expect(bytes.readUInt16BE(9)).toBe(version === 'TLSv1.1' ? 0x0302 : 0x0303);
          expect(bytes.subarray(-serverName.length).toString()).toBe(serverName);
          expect(bytes.length).toBeGreaterThan(padding);
        },
      ),
    );
  });

  it('that is impossible is a mistake of ours', async () => {
    expect(() => createClientHello({ serverName: host, version: 'TLSv1.2', padding: 20_000 }, random)).toThrow(
      InternalError,
    );
    expect(() => createClientHello(hello, random.subarray(1))).toThrow(InternalError);
    const prober = createProber({
      address: { host: '127.0.0.1', port: await listenRaw(() => undefined) },
      timeoutMs: 500,
      concurrency: 1,
    });
    await expect(prober.probe({ ...hello, padding: 70_000 })).rejects.toBeInstanceOf(InternalError);
  });
});

describe('a hello of a TLS library', () => {
  it.each([1, 60, 125])('is cut after %s bytes, which arrive alone', async (splitAfter) => {
    const chunks = await chunksOf({ ...httpsProbe, splitAfter }, () => 200);
    expect(chunks[0]).toHaveLength(splitAfter);
    const whole = Buffer.concat(chunks);
    expect(whole).toHaveLength(recordLength(whole));
    expect(whole.includes(host)).toBe(true);
  });

  it('whose server is held up is still read in pieces: the second waits until the server has answered somebody else', async () => {
    const split = await firstReadWhenHeldUp({ ...httpsProbe, splitAfter: 60 });
    expect(split.first).toHaveLength(60);
    const large = await firstReadWhenHeldUp({ ...hello, padding: 3000 });
    expect(large.first).toHaveLength(1400);
  });

  it.each([
    { what: 'answers others', answersOthers: true },
    { what: 'answers nobody else', answersOthers: false },
  ])('tells whether its server $what, and shows what comes in either case', async ({ answersOthers }) => {
    const pod = createPod(server, (_request, response) => response.end());
    let count = 0;
    const others = createServer((socket) => {
      count += 1;
      if (count % 2 === 1) pod.emit('connection', socket);
      else if (answersOthers) socket.once('data', () => socket.end(alert));
      else socket.once('data', () => socket.end());
    });
    const port = await listen(others);
    for (const probe of [
      { ...httpsProbe, splitAfter: 60 },
      { ...hello, padding: 3000 },
    ]) {
      expect(await probePort(port, probe)).toMatchObject({
        leaf: { fingerprint: fingerprintOf(server.cert) },
        isReadApart: answersOthers,
      });
    }
    expect((await probePort(port, hello)).isReadApart).toBeUndefined();
  });

  it('that is shorter than the cut stays whole', async () => {
    const chunks = await chunksOf({ ...httpsProbe, splitAfter: 100_000 }, recordLength);
    expect(chunks).toHaveLength(1);
  });
});
