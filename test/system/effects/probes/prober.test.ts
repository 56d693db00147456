import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createProber, type Prober } from '../../../../src/world/net/prober.ts';
import { InternalError } from '../../../../src/errors.ts';
import type { Probe } from '../../../../src/model/probe.ts';
import { until } from '../../../support/until.ts';
import { host, httpsProbe } from '../../../support/effects/probes/fixtures.ts';
import { closeServersAfterEach, listenRaw } from './servers.ts';

closeServersAfterEach();

const plain: Probe = { kind: 'plain-http', host, path: '/' };

function proberOf(port: number, concurrency: number, timeoutMs = 20_000): Prober {
  return createProber({ address: { host: '127.0.0.1', port }, timeoutMs, concurrency });
}

describe('a prober', () => {
  it('makes no more connections at a time than it may, and all in the end', async () => {
    let open = 0;
    let most = 0;
    const port = await listenRaw((socket) => {
      open += 1;
      most = Math.max(most, open);
      socket.once('data', () =>
        setTimeout(() => {
          // The client may go on with the next one as soon as it has the answer.
          open -= 1;
          socket.end('HTTP/1.1 204 No Content\r\n\r\n');
        }, 20),
      );
    });
    const prober = proberOf(port, 3);
    const seen = await Promise.all(Array.from({ length: 12 }, () => prober.probe(plain)));
    expect(seen.map(({ answer }) => answer?.status)).toEqual(Array.from({ length: 12 }, () => 204));
    expect(most).toBe(3);
  });

  it('counts the time of a connection from its own start', async () => {
    const port = await listenRaw(() => undefined);
    const prober = proberOf(port, 1, 200);
    const seen = await Promise.all(Array.from({ length: 4 }, () => prober.probe(plain)));
    expect(seen.map(({ failure }) => [failure?.stage, failure?.code])).toEqual(
      Array.from({ length: 4 }, () => ['response', 'timeout']),
    );
  });

  it('ends what is under way and what waits when it is closed, and closes the sockets', async () => {
    const sockets: Socket[] = [];
    const port = await listenRaw((socket) => sockets.push(socket));
    const prober = proberOf(port, 2);
    const hello: Probe = { kind: 'hello', serverName: host, version: 'TLSv1.2', padding: 3000 };
    const under = [
      prober.probe({ ...httpsProbe, splitAfter: 60 }),
      prober.probe(hello),
      prober.probe(plain),
      prober.probe(plain),
    ];
    // Two pieces, each with a connection beside it that shows whether the first was read.
    await until(() => sockets.length === 4);
    prober.close();
    const seen = await Promise.all(under);
    expect(seen.map(({ failure }) => failure?.code)).toEqual(under.map(() => 'ECANCELED'));
    await until(() => sockets.every((socket) => socket.closed));
    await expect(prober.probe(plain)).resolves.toMatchObject({ failure: { stage: 'connect', code: 'ECANCELED' } });
    prober.close();
    // Connections are accepted in their order: had another been made, it would be the fifth.
    const later = proberOf(port, 1);
    const last = later.probe(plain);
    await until(() => sockets.length > 4 && !sockets.at(-1)!.closed);
    expect(sockets).toHaveLength(5);
    later.close();
    await expect(last).resolves.toMatchObject({ failure: { stage: 'response', code: 'ECANCELED' } });
  });

  it('gives its place back when a probe is impossible', async () => {
    const port = await listenRaw((socket) => socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n')));
    const prober = proberOf(port, 1);
    const impossible: Probe = { kind: 'hello', serverName: host, version: 'TLSv1.2', padding: 70_000 };
    await expect(prober.probe(impossible)).rejects.toBeInstanceOf(InternalError);
    await expect(prober.probe(plain)).resolves.toMatchObject({ answer: { status: 204 } });
  });

  it('without a single connection is a mistake of ours', () => {
    expect(() => proberOf(1, 0)).toThrow(InternalError);
  });
});

describe('an address', () => {
  it('may be a name, on which the time limit holds as well', async () => {
    const port = await listenRaw((socket) => socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n')));
    const prober = createProber({ address: { host: 'localhost', port }, timeoutMs: 20_000, concurrency: 1 });
    await expect(prober.probe(plain)).resolves.toMatchObject({ answer: { status: 204 } });
  });
});
