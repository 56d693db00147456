import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Probe } from '../../../../src/model/probe.ts';
import { host, httpsProbe, probePort, server } from '../../../support/effects/probes/fixtures.ts';
import { certificateMessage, record, serverHello } from '../../../support/effects/probes/server-bytes.ts';
import { closeServersAfterEach, listen, listenRaw } from './servers.ts';

closeServersAfterEach();

/** Long enough for a handshake on a busy machine, short enough to wait for. */
const shortMs = 1500;

/** Longer than any test: what ends before did not wait for the limit. */
const neverMs = 600_000;

const plainProbe: Probe = { kind: 'plain-http', host, path: '/' };
const helloProbe: Probe = { kind: 'hello', serverName: host, version: 'TLSv1.2', padding: 0 };
const probes: readonly Probe[] = [
  httpsProbe,
  { ...httpsProbe, splitAfter: 60 },
  { ...httpsProbe, protocols: ['h2'] },
  plainProbe,
  helloProbe,
];

function stageOf(probe: Probe): string {
  return probe.kind === 'plain-http' ? 'response' : 'handshake';
}

/** A server that waits for the first bytes and then does something. */
function afterFirstBytes(act: (socket: Socket) => void): Promise<number> {
  return listenRaw((socket) =>
    socket.once('data', () => {
      act(socket);
    }),
  );
}

async function failures(port: number, timeoutMs?: number): Promise<readonly (readonly [string, string])[]> {
  const seen = await Promise.all(probes.map((probe) => probePort(port, probe, timeoutMs)));
  expect(seen.map(({ answer, leaf }) => [answer, leaf])).toEqual(probes.map(() => [undefined, undefined]));
  return seen.map(({ failure }) => [failure!.stage, failure!.code]);
}

function each(code: string): readonly (readonly [string, string])[] {
  return probes.map((probe) => [stageOf(probe), code]);
}

describe('a server that', () => {
  it('is not there', async () => {
    const port = await listenRaw(() => undefined);
    const { createServer } = await import('node:net');
    const gone = createServer();
    await new Promise<void>((resolve) =>
      gone.listen(0, '127.0.0.1', () => {
        resolve();
      }),
    );
    const { port: unused } = gone.address() as { readonly port: number };
    await new Promise((resolve) => gone.close(resolve));
    expect(unused).not.toBe(port);
    expect(await failures(unused)).toEqual(probes.map(() => ['connect', 'ECONNREFUSED']));
  });

  it('hangs after accept', async () => {
    expect(await failures(await listenRaw(() => undefined), 300)).toEqual(each('timeout'));
  });

  it('closes after the first bytes', async () => {
    expect(await failures(await afterFirstBytes((socket) => socket.end()))).toEqual(each('closed'));
  });

  it('resets after the first bytes', async () => {
    expect(await failures(await afterFirstBytes((socket) => socket.resetAndDestroy()))).toEqual(each('ECONNRESET'));
  });

  it('resets at once', async () => {
    const seen = await failures(await listenRaw((socket) => socket.resetAndDestroy()));
    // The reset may be there before the connection is seen to stand.
    expect(seen.map(([, code]) => code)).toEqual(probes.map(() => 'ECONNRESET'));
  });

  it('sends garbage', async () => {
    const seen = await Promise.all(
      probes.map(async (probe) =>
        probePort(await afterFirstBytes((socket) => socket.end('\u001b[31mred\u202e\r\n\r\n')), probe),
      ),
    );
    for (const { failure } of seen) {
      expect(failure?.code).toBe('protocol');
      expect(failure?.message).not.toMatch(/\p{C}/u);
    }
  });

  it('ends with an alert', async () => {
    const seen = await failures(await afterFirstBytes((socket) => socket.end(Buffer.from('15030300020270', 'hex'))));
    expect(seen).toEqual(each('alert'));
  });

  it('says goodbye with close_notify', async () => {
    expect(await failures(await afterFirstBytes((socket) => socket.end(Buffer.from('15030300020100', 'hex'))))).toEqual(
      each('closed'),
    );
  });

  it('sends half a ServerHello and closes, or hangs', async () => {
    const half = serverHello(0x0303).subarray(0, 30);
    const tlsProbes = [httpsProbe, { ...httpsProbe, splitAfter: 60 }, helloProbe];
    const closing = await afterFirstBytes((socket) => socket.end(half));
    const hanging = await afterFirstBytes((socket) => socket.write(half));
    for (const probe of tlsProbes) {
      await expect(probePort(closing, probe)).resolves.toMatchObject({
        failure: { stage: 'handshake', code: 'closed' },
      });
      await expect(probePort(hanging, probe, 300)).resolves.toMatchObject({
        failure: { stage: 'handshake', code: 'timeout' },
      });
    }
  });

  it('shows a certificate of garbage', async () => {
    const port = await afterFirstBytes((socket) =>
      socket.end(Buffer.concat([serverHello(0x0303), certificateMessage([Buffer.from('no certificate')])])),
    );
    for (const probe of [{ ...httpsProbe, version: 'TLSv1.2' as const }, helloProbe]) {
      const { failure, leaf } = await probePort(port, probe);
      expect(failure).toMatchObject({ stage: 'handshake', code: 'protocol' });
      expect(leaf).toBeUndefined();
    }
  });

  it('sends records of random bytes in place of a handshake', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...probes),
        fc.constantFrom(0x16, 0x15, 0x14, 0x17),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        async (probe, type, bytes) => {
          const port = await afterFirstBytes((socket) => socket.end(record(type, Buffer.from(bytes))));
          const { failure } = await probePort(port, probe);
          expect(failure?.code).toMatch(/^(protocol|alert|closed|ECONNRESET)$/);
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** A TLS server that does as the test says once a request has come. */
function answering(act: (socket: TLSSocket) => void): Promise<number> {
  return listen(
    createTlsServer(server, (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        act(socket);
      });
    }),
  );
}

/** Writes until nobody listens. */
function pour(socket: TLSSocket, text: string): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(text));
    if (!socket.destroyed) socket.once('drain', write);
  };
  write();
}

function trickle(socket: TLSSocket, text: string): void {
  const timer = setInterval(() => socket.write(text), 20);
  socket.on('close', () => {
    clearInterval(timer);
  });
}

describe('a server whose answer', () => {
  const ok = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n';

  it('has no end is read as far as is needed', async () => {
    const { answer, failure } = await probePort(
      await answering((socket) => {
        socket.write(ok);
        pour(socket, 'x'.repeat(16_384));
      }),
      httpsProbe,
      neverMs,
    );
    expect(answer).toMatchObject({ status: 200, body: 'x'.repeat(8192) });
    expect(failure).toBeUndefined();
  });

  it('trickles, or stops, is an answer with what came in time', async () => {
    const trickling = await answering((socket) => {
      socket.write(`${ok}begun `);
      trickle(socket, 'y');
    });
    const { answer, failure } = await probePort(trickling, httpsProbe, shortMs);
    expect(answer?.status).toBe(200);
    expect(answer?.body).toMatch(/^begun y+$/);
    expect(failure).toBeUndefined();
    const stopping = await answering((socket) => {
      socket.write(`${ok}begun`);
    });
    await expect(probePort(stopping, httpsProbe, shortMs)).resolves.toMatchObject({
      answer: { status: 200, body: 'begun' },
    });
  });

  it('breaks off in the body is an answer', async () => {
    const port = await answering((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun', () => socket.destroy());
    });
    const observation = await probePort(port, httpsProbe);
    expect(observation).toMatchObject({ answer: { status: 200, body: 'begun' } });
    expect(observation.failure).toBeUndefined();
  });

  it('has headers without end is none', async () => {
    const pouring = await answering((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      pour(socket, 'X-Header: value\r\n');
    });
    await expect(probePort(pouring, httpsProbe)).resolves.toMatchObject({
      failure: { stage: 'response', code: 'protocol' },
    });
    const trickling = await answering((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      trickle(socket, 'X-Header: value\r\n');
    });
    const observation = await probePort(trickling, httpsProbe, shortMs);
    expect(observation).toMatchObject({ isTrusted: true, failure: { stage: 'response', code: 'timeout' } });
    expect(observation.answer).toBeUndefined();
  });

  it('never comes, or is the end of the connection, is none', async () => {
    await expect(probePort(await answering(() => undefined), httpsProbe, shortMs)).resolves.toMatchObject({
      failure: { stage: 'response', code: 'timeout' },
    });
    await expect(probePort(await answering((socket) => socket.end()), httpsProbe)).resolves.toMatchObject({
      failure: { stage: 'response', code: 'closed' },
    });
  });

  it('switches protocols unasked is its status', async () => {
    const port = await answering((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n');
    });
    await expect(probePort(port, httpsProbe)).resolves.toMatchObject({ answer: { status: 101, body: '' } });
  });

  it('names a header __proto__ changes nothing', async () => {
    const port = await answering((socket) => {
      socket.end('HTTP/1.1 204 No Content\r\n__proto__: x\r\n\r\n');
    });
    const { answer } = await probePort(port, httpsProbe);
    expect(Object.entries(answer!.headers)).toEqual([['__proto__', 'x']]);
  });
});
