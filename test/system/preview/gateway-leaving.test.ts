import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';

import { trackConnections } from '../../../src/preview/gateway/connections.ts';
import { defaultLimits } from '../../../src/preview/gateway/limits.ts';
import { until } from '../../support/until.ts';
import { closeAll, connectSecurely, host, input, listen, readToEnd, start } from './gateway-fixtures.ts';

afterEach(closeAll);

const name = 'svc7.example.test';
const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
const switching = `HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`;

/** What the pod says to a request. */
const pods = {
  'never answers': '',
  switches: switching,
  'switches and speaks first': `${switching}hello`,
  'answers without an end': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n',
  'stops in the middle of a head': 'HTTP/1.1 200 OK\r\nX-',
};

/** Requests that a pod sees the beginning of, from the method on. */
const requests = {
  'an upgrade': `GET / HTTP/1.1\r\nHost: ${name}\r\n${upgrade}\r\n`,
  'an upgrade and more before its answer': `GET / HTTP/1.1\r\nHost: ${name}\r\n${upgrade}\r\nearly`,
  'a request': `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`,
  'a whole body': `POST / HTTP/1.1\r\nHost: ${name}\r\nContent-Length: 4\r\n\r\nabcd`,
  'a part of its body': `POST / HTTP/1.1\r\nHost: ${name}\r\nContent-Length: 4\r\n\r\nab`,
  'a body without an end': `POST / HTTP/1.1\r\nHost: ${name}\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n`,
};

const leavings: Readonly<Record<string, (socket: TLSSocket) => unknown>> = {
  'ends its side': (socket) => socket.end(),
  'breaks off': (socket) => socket.destroy(),
};

/** A pod that counts its connections and says the same to each request. */
async function startPod(says: string) {
  const seen = { open: 0, received: '' };
  const port = await listen(
    createServer((socket) => {
      seen.open += 1;
      socket.on('close', () => (seen.open -= 1)).once('data', () => socket.write(says));
      socket.on('data', (chunk: Buffer) => (seen.received += chunk.toString('latin1')));
    }),
  );
  return { port, seen };
}

describe.each(Object.entries(requests))('a client that sent %s', (_request, bytes) => {
  describe.each(Object.entries(pods))('to a pod that %s', (_pod, says) => {
    it.each(Object.entries(leavings))('and %s leaves nothing open', async (_leaving, leave) => {
      const pod = await startPod(says);
      const { port, entries } = await start(input([host(name)], { svc7: pod.port }));
      const client = await connectSecurely(port, { servername: name });
      client.resume().write(bytes);
      await until(() => pod.seen.received !== '');
      leave(client);
      await expect.poll(() => [entries.length > 0, pod.seen.open]).toEqual([true, 0]);
    });
  });
});

describe('a WebSocket', () => {
  it('brings what the client sent before the pod agreed', async () => {
    const pod = await startPod(switching);
    const { port } = await start(input([host(name)], { svc7: pod.port }));
    const client = await connectSecurely(port, { servername: name });
    client.resume().write(requests['an upgrade and more before its answer']);
    await expect.poll(() => pod.seen.received).toMatch(/\r\n\r\nearly$/);
  });

  it('is not waited for when the client sends too much before the pod agrees', async () => {
    const pod = await startPod('');
    const { port, entries } = await start(input([host(name)], { svc7: pod.port }));
    const client = await connectSecurely(port, { servername: name });
    client.resume().write(requests['an upgrade'] + 'x'.repeat(100_000));
    await until(() => entries.length > 0 && pod.seen.open === 0);
    expect(entries[0]).toMatchObject({
      status: 499,
      problem: 'the client sent more than 65536 octets before the pod agreed to the upgrade',
    });
  });

  it.each([
    'Content-Length: 4\r\n\r\nabcd',
    'Content-Length: 4\r\n\r\n',
    'Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n',
  ])('is refused with a body (%j)', async (body) => {
    const pod = await startPod(switching);
    const { port, entries } = await start(input([host(name)], { svc7: pod.port }));
    const client = await connectSecurely(port, { servername: name });
    client.write(`GET / HTTP/1.1\r\nHost: ${name}\r\n${upgrade}${body}`);
    expect(await readToEnd(client)).toMatch(/^HTTP\/1\.1 501 /);
    await until(() => entries.length > 0);
    expect(pod.seen).toEqual({ open: 0, received: '' });
  });
});

it('ends a connection whose client has the address and port of one that is still open here', async () => {
  const connections = trackConnections({ ...defaultLimits, closingMs: 20 });
  const [first, second] = await Promise.all([connectedSocket(), connectedSocket()]);
  for (const socket of [first, second]) {
    // As the system gives a port anew while this side has not seen the end.
    Object.defineProperties(socket, { remoteAddress: { value: '127.0.0.1' }, remotePort: { value: 40_000 } });
    connections.add(socket).begin();
  }
  second.destroy();
  await until(() => connections.size === 1);
  await connections.close();
  expect(first.destroyed).toBe(true);
});

/** The server's side of a new connection. */
async function connectedSocket(): Promise<Socket> {
  const server = createServer();
  const accepted = once(server, 'connection');
  connect({ host: '127.0.0.1', port: await listen(server) }).on('error', () => undefined);
  return (await accepted)[0] as Socket;
}
