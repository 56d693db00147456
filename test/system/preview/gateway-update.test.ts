import { once } from 'node:events';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { get } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { ToolError } from '../../../src/errors.ts';
import { startGateway } from '../../../src/preview/gateway.ts';
import { until } from '../../support/until.ts';
import {
  closeAll,
  closeLater,
  connectSecurely,
  curl,
  host,
  input,
  leafFor,
  listen,
  pem,
  readToEnd,
  start,
  startHttpPod,
  startTlsPod,
  tell,
  verified,
} from './gateway-fixtures.ts';

afterEach(closeAll);

const svc7 = host('svc7.example.test');

/** A pod that sends what the test tells it to, when it tells it to. */
async function startSlowPod() {
  const answers: ServerResponse[] = [];
  const { port } = await startHttpPod((request, response) => {
    if (request.url === '/slow') {
      response.writeHead(200);
      response.write('first ');
      answers.push(response);
    } else {
      tell(request, response);
    }
  });
  return { port, answers };
}

/** A pod that sends back what it gets. */
async function startEchoPod(): Promise<number> {
  const server = createHttpServer(tell);
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    socket.send(JSON.stringify(request.headers));
    socket.on('message', (data, isBinary) => {
      socket.send(data, { binary: isBinary });
    });
  });
  closeLater(() => {
    sockets.close();
  });
  return listen(server);
}

function openSocket(port: number, name = 'svc7.example.test') {
  const messages: string[] = [];
  const socket = new WebSocket(`wss://${name}:${port}/chat`, {
    createConnection: () => connectTls({ host: '127.0.0.1', port, servername: name, rejectUnauthorized: false }),
  });
  closeLater(() => {
    socket.terminate();
  });
  socket.on('message', (data) => messages.push((data as Buffer).toString()));
  socket.on('error', (error) => messages.push(error.message));
  return { socket, messages };
}

describe('a new input', () => {
  it('shows with the next connection, and lets a running download end as it began', async () => {
    const { port: pod, answers } = await startSlowPod();
    const { port, gateway } = await start(input([svc7], { svc7: pod }));
    for (const version of ['--http1.1', '--http2']) {
      const download = curl(port, 'svc7.example.test', '/slow', '-k', version);
      await until(() => answers.length === 1);
      const before = await leafFor(port, { servername: 'svc7.example.test' });
      gateway.update(input([svc7], {}, { data: { 'default/edge': { 'tls.crt': pem.reissued, 'tls.key': pem.key } } }));
      expect(await leafFor(port, { servername: 'svc7.example.test' })).not.toBe(before);
      expect((await curl(port, 'svc7.example.test', '/', '-k')).output).toBe('unavailable');
      answers.pop()?.end('second');
      expect(await download).toEqual({ code: 0, output: 'first second' });
      gateway.update(input([svc7], { svc7: pod }));
    }
  });

  it('counts for the next request of an open connection', async () => {
    const { port: pod } = await startHttpPod();
    const { port, gateway } = await start(input([svc7], { svc7: pod }));
    const socket = await connectSecurely(port, { servername: 'svc7.example.test' });
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const request = 'GET / HTTP/1.1\r\nHost: svc7.example.test\r\n\r\n';
    socket.write(request);
    await until(() => text.includes('"url":"/"'));
    gateway.update(input([], {}));
    socket.write(request);
    await expect.poll(() => text).toContain('no such host');
  });

  it('leaves an open WebSocket open', async () => {
    const pod = await startEchoPod();
    const { port, gateway, entries } = await start(input([svc7], { svc7: pod }));
    const { socket, messages } = openSocket(port);
    await until(() => messages.length === 1);
    gateway.update(input([], {}));
    socket.send('still here');
    await until(() => messages.length === 2);
    expect(messages[1]).toBe('still here');
    expect(entries).toEqual([]);
    socket.close();
    await until(() => entries.length === 1);
    expect(entries[0]).toMatchObject({
      kind: 'request',
      status: 101,
      path: '/chat',
      host: 'svc7.example.test',
      backend: { name: 'svc7' },
    });
  });

  it('returns what is to complain about', async () => {
    const { gateway } = await start(input([], {}));
    expect(
      gateway.update(
        input([host('svc8.example.test', { upstream: verified })], {}, { data: { 'default/svc8-ca': {} } }),
      ),
    ).toEqual(['svc8.example.test: requests are answered with 503: ca.crt of default/svc8-ca is missing']);
  });
});

describe('a WebSocket', () => {
  it('reaches a pod by plain HTTP with the headers of the controller', async () => {
    const pod = await startEchoPod();
    const { port, entries } = await start(input([svc7], { svc7: pod }));
    const { socket, messages } = openSocket(port);
    await until(() => messages.length === 1);
    expect(JSON.parse(messages[0]!)).toMatchObject({
      'x-forwarded-proto': 'https',
      host: `svc7.example.test:${port}`,
      upgrade: 'websocket',
    });
    socket.send('x'.repeat(1_000_000));
    await until(() => messages.length === 2);
    expect(messages[1]).toHaveLength(1_000_000);
    socket.close();
    await until(() => entries.length === 1);
    expect(entries[0]).toMatchObject({ status: 101 });
    expect(entries[0]?.kind === 'request' && entries[0].bytes).toBeGreaterThan(1_000_000 + messages[0]!.length);
  });

  it('is answered with a page where a request would be, and closes with its pod', async () => {
    const tls = await startTlsPod(pem.pod);
    const { port: deaf } = await startHttpPod();
    const echo = await startEchoPod();
    const foreign = { 'default/svc8-ca': { 'ca.crt': pem.foreignAuthority } };
    const hosts = [
      svc7,
      host('svc8.example.test', { upstream: verified }),
      host('deaf.example.test'),
      host('gone.example.test'),
    ];
    const { port, entries } = await start(input(hosts, { svc7: echo, svc8: tls, deaf }, { data: foreign }));
    for (const [name, status] of [
      ['svc8', 502],
      ['gone', 503],
      ['nowhere', 404],
      ['deaf', 200],
    ] as const) {
      const { messages } = openSocket(port, `${name}.example.test`);
      await until(() => messages.length === 1);
      expect(messages[0]).toBe(`Unexpected server response: ${status}`);
    }
    await until(() => entries.length === 4);
    expect(entries.map((entry) => entry.kind === 'request' && entry.status)).toEqual([502, 503, 404, 200]);
    const other = await curl(
      port,
      'svc7.example.test',
      '/',
      '-k',
      '--http1.1',
      '-H',
      'Connection: Upgrade',
      '-H',
      'Upgrade: TLS/1.0',
      '-w',
      '%{http_code}',
    );
    expect(other.output).toMatch(/501$/);
  });

  it.each(['its client breaks off', 'the gateway ends'])('is closed for the pod when %s', async (cause) => {
    const server = createHttpServer();
    const sockets = new WebSocketServer({ server });
    let isClosed = false;
    sockets.on('connection', (socket) => {
      socket.on('close', () => (isClosed = true)).send('hello');
    });
    const { port, gateway } = await start(input([svc7], { svc7: await listen(server) }));
    const { socket, messages } = openSocket(port);
    await until(() => messages.length === 1);
    if (cause === 'the gateway ends') await gateway.close();
    else socket.terminate();
    await expect.poll(() => isClosed).toBe(true);
    sockets.close();
  });
});

describe('the end', () => {
  it('closes idle connections at once, lets a running answer end, and cuts what takes too long', async () => {
    const { port: pod, answers } = await startSlowPod();
    const { port, gateway } = await start(input([svc7], { svc7: pod }), { closingMs: 1500 });
    const agentless = { host: '127.0.0.1', port, servername: 'svc7.example.test', rejectUnauthorized: false } as const;
    const idle = await connectSecurely(port, agentless);
    const idleHttp2 = connectHttp2('https://svc7.example.test', {
      createConnection: () => connectTls({ ...agentless, ALPNProtocols: ['h2'] }),
    });
    idleHttp2.on('error', () => undefined);
    await once(idleHttp2, 'remoteSettings');
    const quick = curl(port, 'svc7.example.test', '/slow', '-k', '--http2');
    const endless = curl(port, 'svc7.example.test', '/slow', '-k', '--http1.1');
    await until(() => answers.length === 2);

    let isOver = false;
    const over = gateway.close().then(() => (isOver = true));
    await Promise.all([readToEnd(idle), once(idleHttp2, 'close')]);
    expect(isOver).toBe(false);
    for (const answer of answers) {
      if (answer.req.headers['user-agent'] !== undefined) answer.write('second');
    }
    const [first] = answers;
    first?.end();
    const results = await Promise.all([quick, endless]);
    await over;
    expect(results.filter(({ code }) => code === 0)).toEqual([{ code: 0, output: 'first second' }]);
    expect((await curl(port, 'svc7.example.test', '/', '-k')).code).toBe(7);
  });

  it('of an idle connection comes by itself after its limit', async () => {
    const { port: pod } = await startHttpPod();
    const { port } = await start(input([svc7], { svc7: pod }), { idleMs: 200 });
    const silent = await connectSecurely(port, { servername: 'svc7.example.test' });
    expect(await readToEnd(silent)).toBe('');
    const kept = await connectSecurely(port, { servername: 'svc7.example.test' });
    kept.write('GET / HTTP/1.1\r\nHost: svc7.example.test\r\n\r\n');
    expect(await readToEnd(kept)).toMatch(/^HTTP\/1\.1 200/);
    const slow = await connectSecurely(port, { servername: 'svc7.example.test' });
    slow.write('GET / HTTP/1.1\r\n');
    const drip = setInterval(() => slow.write('x: y\r\n'), 20);
    await readToEnd(slow);
    clearInterval(drip);
    const session = connectHttp2('https://svc7.example.test', {
      createConnection: () => connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }),
    });
    await once(session, 'close');
  });

  it('comes at the start when the port is taken', async () => {
    const { port } = await startHttpPod();
    const starting = startGateway({
      host: '127.0.0.1',
      port,
      input: input([], {}),
      fallback: { certificate: pem.fallback, key: pem.key },
      now: () => new Date(),
      onEntry: () => undefined,
    });
    await expect(starting).rejects.toThrow(ToolError);
    await expect(starting).rejects.toMatchObject({
      message: `port ${port} of 127.0.0.1 not opened: another program listens there`,
      remedy: expect.stringContaining('--port 0') as string,
    });
  });
});

it("serves Node's own https client", async () => {
  const { port: pod } = await startHttpPod();
  const { port } = await start(input([svc7], { svc7: pod }));
  const status = await new Promise((resolve, reject) => {
    get(
      {
        host: '127.0.0.1',
        port,
        servername: 'svc7.example.test',
        headers: { host: 'svc7.example.test' },
        ca: pem.edge,
        agent: false,
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    ).on('error', reject);
  });
  expect(status).toBe(200);
});
