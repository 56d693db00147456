import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';

import { nameOfAuthority } from '../../../src/preview/gateway/hosts.ts';
import { readServerName } from '../../../src/preview/gateway/server-name.ts';
import { until } from '../../support/until.ts';
import {
  closeAll,
  connectPlainly,
  connectSecurely,
  curl,
  helloFor,
  host,
  input,
  listen,
  pem,
  readToEnd,
  start,
  startHttpPod,
  startTlsPod,
} from './gateway-fixtures.ts';

afterEach(closeAll);

const hosts = [host('svc7.example.test'), host('svc9.example.test', { connection: 'passed-through' })];

async function startBoth(helloReading: 'whole' | 'first-read', limits: Parameters<typeof start>[1] = {}) {
  const { port: http } = await startHttpPod();
  const tls = await startTlsPod(pem.passthrough);
  return start(input(hosts, { svc7: http, svc9: tls }, { behaviour: { helloReading } }), {
    helloMs: 300,
    handshakeMs: 300,
    idleMs: 300,
    ...limits,
  });
}

/** Both ways through the gateway are open, and nothing of the others is left in it. */
async function expectAlive(port: number): Promise<void> {
  for (const name of ['svc7.example.test', 'svc9.example.test']) {
    const { code, output } = await curl(port, name, '/alive', '-k');
    expect(code, output).toBe(0);
    expect(output).toContain('"url":"/alive"');
  }
}

/** Sends the pieces, ends, and waits for the end of the other side. */
async function throwAt(port: number, pieces: readonly Uint8Array[]): Promise<void> {
  const socket = await connectPlainly(port);
  const ended = readToEnd(socket);
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  socket.end();
  await ended;
}

describe.each(['whole', 'first-read'] as const)('with hellos read "%s"', (helloReading) => {
  it('random bytes end, and the gateway goes on', async () => {
    const { port } = await startBoth(helloReading);
    const random = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Uint8Array.from([0x16, 3, 1, ...bytes])),
      fc
        .uint8Array({ maxLength: 300 })
        .map((bytes) => Uint8Array.from([0x16, 3, 1, bytes.length >> 8, bytes.length & 255, ...bytes])),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(random, { minLength: 8, maxLength: 8 }), async (clients) => {
        await Promise.all(clients.map((bytes) => throwAt(port, [bytes])));
      }),
      { numRuns: 8 },
    );
    await expectAlive(port);
  });

  it('damaged hellos end, and the gateway goes on', async () => {
    const { port } = await startBoth(helloReading);
    const hello = await helloFor('svc9.example.test');
    const damage = fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const cut = fc.option(fc.nat(hello.length - 1));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(damage, cut), { minLength: 8, maxLength: 8 }), async (clients) => {
        await Promise.all(
          clients.map(([changes, at]) => {
            const bytes = Buffer.from(hello);
            for (const [index, value] of changes) bytes[index] = value;
            return throwAt(port, at === null ? [bytes] : [bytes.subarray(0, at), bytes.subarray(at)]);
          }),
        );
      }),
      { numRuns: 12 },
    );
    await expectAlive(port);
  });

  it('the name of any bytes is read or not, and never waited for', async () => {
    const hello = await helloFor('svc9.example.test');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { maxLength: 3 }),
        fc.nat(hello.length),
        async (changes, length) => {
          const bytes = Buffer.from(hello.subarray(0, length));
          for (const [index, value] of changes) if (index < length) bytes[index] = value;
          const name = await readServerName(bytes, helloReading);
          if (changes.length === 0 && length === hello.length) expect(name).toBe('svc9.example.test');
          else expect(['string', 'undefined']).toContain(typeof name);
        },
      ),
      { numRuns: 300 },
    );
    expect(await readServerName(hello, helloReading)).toBe('svc9.example.test');
    expect(await readServerName(Buffer.alloc(0), helloReading)).toBe(undefined);
  });
});

it('a hello that comes byte by byte is given up, and the log says so', async () => {
  const { port, entries } = await startBoth('whole');
  const hello = await helloFor('svc7.example.test');
  const socket = await connectPlainly(port);
  let at = 0;
  const drip = setInterval(() => socket.write(hello.subarray(at, ++at)), 10);
  await readToEnd(socket);
  clearInterval(drip);
  await until(() => entries.length > 0);
  expect(entries[0]).toMatchObject({ kind: 'refused', reason: 'no complete ClientHello within 300 ms' });
  // A handshake that stops behind its hello.
  const stopped = await connectPlainly(port);
  stopped.write(hello);
  await readToEnd(stopped);
  await until(() => entries.length > 1);
  expect(entries[1]).toMatchObject({
    kind: 'refused',
    host: 'svc7.example.test',
    reason: 'TLS failed: the handshake was not done in time',
  });
  await expectAlive(port);
});

it('a thousand silent connections are bounded', async () => {
  const { port, entries } = await startBoth('first-read', { connections: 900, helloMs: 600_000 });
  const clients: Socket[] = [];
  for (let index = 0; index < 1000; index += 1) clients.push(await connectPlainly(port));
  await until(() => entries.length === 100);
  expect(new Set(entries.map((entry) => entry.kind === 'refused' && entry.reason))).toEqual(
    new Set(['more than 900 connections']),
  );
  for (const client of clients) client.destroy();
  // Until the gateway has seen that they are gone, it has no room.
  let isRefused = true;
  while (isRefused) isRefused = (await curl(port, 'svc7.example.test', '/alive', '-k')).code === 35;
  await expectAlive(port);
});

it('silent connections are closed', async () => {
  const { port, entries } = await startBoth('first-read');
  await Promise.all(Array.from({ length: 20 }, async () => readToEnd(await connectPlainly(port))));
  await until(() => entries.length === 20);
  expect(new Set(entries.map((entry) => entry.kind === 'refused' && entry.reason))).toEqual(
    new Set(['no complete ClientHello within 300 ms']),
  );
  await expectAlive(port);
});

it('clients that leave at any moment leave nothing behind', async () => {
  const { port } = await startBoth('first-read');
  for (const protocol of ['h2', 'http/1.1']) {
    for (const isReset of [true, false]) {
      const tcp = await connectPlainly(port);
      const socket = await connectSecurely(port, {
        socket: tcp,
        servername: 'svc7.example.test',
        ALPNProtocols: [protocol],
      });
      socket.write(
        protocol === 'h2'
          ? 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense that is no frame'
          : 'POST / HTTP/1.1\r\nHost: svc7.example.test\r\nContent-Length: 1000\r\n\r\nhalf',
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (isReset) tcp.resetAndDestroy();
      else socket.destroy();
    }
  }
  const early = await connectPlainly(port);
  early.write((await helloFor('svc7.example.test')).subarray(0, 40));
  early.resetAndDestroy();
  await expectAlive(port);
});

it('a pod that says anything at all does not harm the gateway', async () => {
  let answer = new Uint8Array();
  const rude = await listen(
    createServer((socket) => {
      socket.once('data', () => socket.end(answer));
    }),
  );
  const { port } = await start(input([host('rude.example.test')], { rude }));
  const heads = [
    '',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    'HTTP/1.1 200 \u0001\u001b\r\n\r\n',
    'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'HTTP/1.1 102 \r\n\r\n',
    'HTTP/1.1 999 \r\n\r\n',
    'HTTP/1.1 000 \r\n\r\n',
    'HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
    'HTTP/1.1 200 OK\r\nX: \u0080\r\nStatus: 1\r\nHttp2-Settings: x\r\nTE: x\r\nUpgrade: h2c\r\n\r\n',
  ];
  for (const head of heads) {
    for (const version of ['--http1.1', '--http2']) {
      const [rest = new Uint8Array()] = fc.sample(fc.uint8Array({ maxLength: 40 }), 1);
      answer = Buffer.concat([Buffer.from(head, 'latin1'), rest]);
      const { code } = await curl(port, 'rude.example.test', '/', '-k', '-o', '/dev/null', version);
      // Answered, cut, or refused, and never a time-out.
      expect(code, JSON.stringify([head, version, [...rest]])).not.toBe(28);
    }
  }
});

it('what clients say is made harmless in the log', async () => {
  const { port, entries } = await startBoth('whole');
  const socket = await connectSecurely(port, { servername: 'svc7.example.test' });
  socket.write(`GET /${'x'.repeat(5000)} HTTP/1.1\r\nHost: a\u009bb\r\n\r\n`, 'latin1');
  await once(socket, 'data');
  await until(() => entries.length === 1);
  const [entry] = entries;
  expect(entry?.kind === 'request' && entry.path.length).toBeLessThan(1100);
  expect(entry?.kind === 'request' && entry.host).toBe('a\\u{9b}b');
});

it('the name of an authority is the host alone', () => {
  expect(['A.Test', 'a.test:443', 'a.test.', 'a.test.:1', 'a.test:', '[::1]:443', ''].map(nameOfAuthority)).toEqual([
    'a.test',
    'a.test',
    'a.test',
    'a.test',
    'a.test',
    '[::1]',
    '',
  ]);
});
