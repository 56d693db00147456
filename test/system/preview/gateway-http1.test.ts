import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';

import { until } from '../../support/until.ts';
import {
  closeAll,
  closeLater,
  connectSecurely,
  host,
  input,
  readToEnd,
  start,
  startHttpPod,
} from './gateway-fixtures.ts';

afterEach(closeAll);

const name = 'svc7.example.test';

/** A pod that answers `/slow...` when the test lets it, and everything else at once. */
async function startBehindPod() {
  const held: ServerResponse[] = [];
  const seen: string[] = [];
  let running = 0;
  let most = 0;
  const { port: pod } = await startHttpPod((request, response) => {
    seen.push(request.url ?? '');
    running += 1;
    most = Math.max(most, running);
    response.once('close', () => (running -= 1));
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      // Time for another request to overtake this one.
      if (request.url?.startsWith('/slow') === true) held.push(response);
      else setTimeout(() => response.end(`<${request.method ?? ''} ${request.url ?? ''} ${body}>`), 5);
    });
  });
  const started = await start(input([host(name)], { svc7: pod }));
  return { ...started, held, seen, running: () => running, most: () => most };
}

const get = (path: string, ...headers: readonly string[]): string =>
  [`GET ${path} HTTP/1.1`, `Host: ${name}`, ...headers, '', ''].join('\r\n');

async function connectAndKeep(port: number): Promise<{ readonly socket: TLSSocket; readonly text: () => string }> {
  const socket = await connectSecurely(port, { servername: name });
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  return { socket, text: () => text };
}

/** Unlike `once` it takes a reset for an end. */
function closed(socket: TLSSocket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve));
}

describe('requests that a client sends ahead', () => {
  it('reach the pod one at a time and are answered in their order, bodies and all', async () => {
    const { port, entries, seen, most } = await startBehindPod();
    const { socket, text } = await connectAndKeep(port);
    const paths = Array.from({ length: 40 }, (_, index) => `/${index}`);
    const post = `POST /post HTTP/1.1\r\nHost: ${name}\r\nContent-Length: 100000\r\n\r\n${'b'.repeat(100_000)}`;
    socket.write(
      `${paths.map((path) => get(path)).join('')}${post}${get('/last', 'Connection: close')}${get('/never')}`,
    );
    await closed(socket);
    const all = [...paths, '/post', '/last'];
    expect([...text().matchAll(/<\w+ (\S+) b*>/g)].map(([, path]) => path)).toEqual(all);
    expect(text()).toContain(`<POST /post ${'b'.repeat(100_000)}>`);
    expect(seen).toEqual(all);
    expect(most()).toBe(1);
    await until(() => entries.length === all.length);
    expect(entries.map((entry) => entry.kind === 'request' && entry.status)).toEqual(all.map(() => 200));
  });

  it("all end when the client leaves, and only the one that ran was anybody's", async () => {
    const { port, gateway, entries, held, seen, running } = await startBehindPod();
    const { socket } = await connectAndKeep(port);
    socket.write(Array.from({ length: 20 }, (_, index) => get(`/slow${index}`)).join(''));
    await until(() => held.length === 1);
    // Time for the others, were they to come.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen).toEqual(['/slow0']);
    socket.destroy();
    await until(() => running() === 0);
    await until(() => entries.length === 1);
    expect(entries[0]).toMatchObject({ kind: 'request', path: '/slow0', status: 499 });
    await gateway.close();
    expect(seen).toEqual(['/slow0']);
    expect(entries).toHaveLength(1);
  });

  it('are bounded', async () => {
    const { port, entries, held, running } = await startBehindPod();
    const { socket } = await connectAndKeep(port);
    const ended = closed(socket);
    socket.write(get('/slow'));
    await until(() => held.length === 1);
    socket.write(get('/').repeat(2000));
    await ended;
    await until(() => running() === 0 && entries.length === 2);
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'request', path: '/slow', status: 499 }));
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: 'refused', host: name, reason: 'more than 128 requests wait for their answers' }),
    );
  });

  it('end with the connection when an upgrade stands among them', async () => {
    const { port, entries, held, seen, running } = await startBehindPod();
    const { socket } = await connectAndKeep(port);
    const ended = closed(socket);
    socket.write(`${get('/slow')}${get('/chat', 'Connection: Upgrade', 'Upgrade: websocket')}`);
    await ended;
    await until(() => running() === 0 && entries.length === 2);
    expect(entries).toContainEqual(
      expect.objectContaining({
        kind: 'refused',
        reason: 'an upgrade or CONNECT before the last request was answered',
      }),
    );
    expect(seen.concat(held.map(({ req }) => req.url ?? ''))).not.toContain('/chat');
  });
});

describe('a request that is not valid', () => {
  const long = `X: ${'x'.repeat(20_000)}\r\n`;
  it.each([
    ['has no method', '\u0001nonsense\r\n\r\n', /^not readable as HTTP: ./],
    ['has a header without a colon', `GET / HTTP/1.1\r\nHost: ${name}\r\nno colon\r\n\r\n`, /^not readable as HTTP: ./],
    [
      'has two framings',
      `POST / HTTP/1.1\r\nHost: ${name}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`,
      /^not readable as HTTP: ./,
    ],
    ['is too long', `GET / HTTP/1.1\r\nHost: ${name}\r\n${long}\r\n`, /^not readable as HTTP: ./],
  ])('is answered with 400 and has a line when it %s', async (_, bytes, reason) => {
    const { port, entries, seen } = await startBehindPod();
    const { socket, text } = await connectAndKeep(port);
    const ended = closed(socket);
    socket.write(bytes, 'latin1');
    await ended;
    expect(text()).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[^]*strict-transport-security[^]*\r\n\r\nThe request is not valid\.\n$/,
    );
    await until(() => entries.length > 0);
    expect(entries).toMatchObject([{ kind: 'refused', host: name, reason: expect.stringMatching(reason) as string }]);
    expect(seen).toEqual([]);
  });

  it.each([
    ['no Host header', 'GET /x HTTP/1.1\r\n\r\n'],
    ['two Host headers', `GET /x HTTP/1.1\r\nHost: ${name}\r\nhOST: other.example.test\r\n\r\n`],
    ['two Host headers in an upgrade', get('/x', `host: ${name}`, 'Connection: Upgrade', 'Upgrade: websocket')],
  ])('is answered with 400 and has a line when it has %s', async (_, bytes) => {
    const { port, entries, seen } = await startBehindPod();
    const { socket, text } = await connectAndKeep(port);
    const ended = closed(socket);
    socket.write(bytes);
    await ended;
    expect(text()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*connection: close\r\n/i);
    await until(() => entries.length > 0);
    expect(entries).toMatchObject([{ kind: 'request', method: 'GET', path: '/x', status: 400 }]);
    expect(seen).toEqual([]);
  });

  it('of HTTP/1.0 needs no Host header', async () => {
    const { port, entries } = await startBehindPod();
    const socket = await connectSecurely(port, { servername: name });
    const text = readToEnd(socket);
    socket.write('GET / HTTP/1.0\r\n\r\n');
    expect(await text).toMatch(/no such host$/);
    expect(entries).toMatchObject([{ status: 404, httpVersion: '1.0' }]);
  });

  it('breaks off the answer to an upload whose chunks are none', async () => {
    const { port, entries, running } = await startBehindPod();
    const { socket, text } = await connectAndKeep(port);
    const ended = closed(socket);
    socket.write(`POST /up HTTP/1.1\r\nHost: ${name}\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
    await until(() => running() === 1);
    socket.write('zzz\r\n');
    await ended;
    expect(text()).toMatch(/^HTTP\/1\.1 400/);
    await until(() => running() === 0 && entries.length === 2);
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'request', path: '/up' }));
    expect(entries).toContainEqual(
      expect.objectContaining({ kind: 'refused', reason: expect.stringContaining('not readable as HTTP') as string }),
    );
  });

  it('whose client leaves before its end has a line', async () => {
    const { port, entries } = await startBehindPod();
    const { socket } = await connectAndKeep(port);
    socket.end('GET / HTTP/1.1\r\nHo');
    await until(() => entries.length === 1);
    expect(entries).toMatchObject([{ kind: 'refused', reason: 'the client left in the middle of a request' }]);
  });
});

describe('what Node would answer by itself', () => {
  it('an expectation that nobody knows is no matter, as for nginx', async () => {
    const { port, entries } = await startBehindPod();
    const { socket, text } = await connectAndKeep(port);
    socket.write(get('/x', 'Expect: wonders'));
    await until(() => text().includes('<GET /x >'));
    await until(() => entries.length === 1);
    expect(entries).toMatchObject([{ path: '/x', status: 200 }]);
  });

  it('CONNECT is answered with 405 and has a line', async () => {
    const { port, entries } = await startBehindPod();
    const { socket, text } = await connectAndKeep(port);
    const ended = closed(socket);
    socket.write(`CONNECT ${name}:443 HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
    await ended;
    expect(text()).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
    await until(() => entries.length === 1);
    expect(entries).toMatchObject([{ kind: 'request', method: 'CONNECT', host: name, status: 405 }]);
  });

  it('in HTTP/2 has a line as well', async () => {
    const { port, entries } = await startBehindPod();
    const session: ClientHttp2Session = connectHttp2(`https://${name}`, {
      createConnection: () =>
        connectTls({ host: '127.0.0.1', port, servername: name, rejectUnauthorized: false, ALPNProtocols: ['h2'] }),
    });
    closeLater(() => {
      session.destroy();
    });
    const statuses: unknown[] = [];
    for (const headers of [
      { ':method': 'CONNECT', ':authority': name },
      { ':path': '/x', ':authority': name, expect: 'wonders' },
    ]) {
      const stream = session.request(headers, { endStream: true });
      const [answer] = (await once(stream, 'response')) as [Record<string, unknown>];
      statuses.push(answer[':status']);
      stream.resume();
      await once(stream, 'close');
    }
    expect(statuses).toEqual([405, 200]);
    await until(() => entries.length === 2);
    expect(entries).toMatchObject([
      { method: 'CONNECT', status: 405 },
      { path: '/x', status: 200 },
    ]);
  });
});
