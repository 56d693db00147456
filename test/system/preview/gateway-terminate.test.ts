import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';

import { until } from '../../support/until.ts';
import {
  behaviour,
  closeAll,
  closeLater,
  connectPlainly,
  connectSecurely,
  curl,
  file,
  host,
  input,
  leafFor,
  pem,
  readToEnd,
  run,
  start,
  startHttpPod,
  tell,
} from './gateway-fixtures.ts';

const edge = file('edge.crt', pem.edge);
const fingerprint = (certificate: string): string => new X509Certificate(certificate).fingerprint256;

afterEach(closeAll);

async function startTerminating(more: Parameters<typeof input>[2] = {}) {
  const { port: pod } = await startHttpPod();
  return start(
    input(
      [
        host('svc7.example.test'),
        host('*.wild.example.test', { backend: { service: { namespace: 'default', name: 'svc7' }, port: 443 } }),
        host('gone.example.test'),
      ],
      { svc7: pod },
      more,
    ),
  );
}

function told(output: string): {
  url: string;
  method: string;
  headers: Record<string, string>;
  received: number;
  from: number;
} {
  return JSON.parse(output.slice(output.indexOf('{'))) as never;
}

describe('a host with several locations', () => {
  const name = 'svc7.example.test';
  const [deep, app] = [host('deep.example.test'), host('app.example.test')].map(({ locations }) => locations[0]!);
  const locations = [
    { ...deep!, path: '/app/deep', type: 'exact' },
    { ...app!, path: '/app/', type: 'start' },
  ] as const;
  async function startServing(pathReading: 'decoded' | 'cleaned') {
    const pods = await Promise.all(
      ['deep', 'app'].map((pod) => startHttpPod((request, response) => response.end(`${pod} ${request.url ?? ''}`))),
    );
    const [deepPort, appPort] = pods.map(({ port }) => port);
    const hosts = [host(name, { locations })];
    return start(input(hosts, { deep: deepPort!, app: appPort! }, { behaviour: { pathReading } }));
  }

  it.each([
    ['decoded', '/app/deep?x', 'deep /app/deep?x'],
    ['decoded', '/app/deep/', 'app /app/deep/'],
    ['decoded', '/x/..//%61pp/deep', 'deep /x/..//%61pp/deep'],
    ['decoded', '/app%2Fdeep', 'deep /app%2Fdeep'],
    ['decoded', '/app', 'no such host'],
    ['decoded', '/../app/', 'The request is not valid.\n'],
    ['cleaned', '/x/..//%61pp/deep?y', 'deep /app/deep?y'],
    ['cleaned', '/app%2Fdeep', 'no such host'],
    ['cleaned', '/../app/', 'app /app/'],
  ] as const)('reads paths %s: %s is answered by %j', async (pathReading, path, expected) => {
    const { port } = await startServing(pathReading);
    for (const version of ['--http1.1', '--http2']) {
      const { output } = await curl(port, name, path, '--cacert', edge, '--path-as-is', version);
      expect(output).toBe(expected);
    }
  });
});

describe('a host whose TLS ends at the gateway', () => {
  it.each(['--http1.1', '--http2', '--http1.0'])(
    "answers curl %s with the pod's answer, verified by the Secret's certificate",
    async (version) => {
      const { port, entries } = await startTerminating();
      // curl would offer http/1.0 by ALPN, which nginx refuses too.
      const alpn = version === '--http1.0' ? ['--no-alpn'] : [];
      const { code, output } = await curl(
        port,
        'svc7.example.test',
        '/hello?a=1',
        version,
        ...alpn,
        '--cacert',
        edge,
        '-i',
        '-H',
        'X-Forwarded-For: 6.6.6.6',
        '-H',
        'x-forwarded-proto: http',
      );
      expect(code, output).toBe(0);
      expect(output).toMatch(version === '--http2' ? /^HTTP\/2 200/ : /^HTTP\/1\.1 200/);
      // RFC 9112, 9.3: an HTTP/1.0 client that does not ask for more gets one answer.
      expect(/^connection: close\r$/im.test(output)).toBe(version === '--http1.0');
      expect(output.toLowerCase()).toContain('strict-transport-security: max-age=31536000; includesubdomains\r\n');
      const { url, headers } = told(output);
      expect(url).toBe('/hello?a=1');
      expect(headers).toMatchObject({
        host: `svc7.example.test:${port}`,
        'x-forwarded-for': '127.0.0.1',
        'x-real-ip': '127.0.0.1',
        'x-forwarded-host': `svc7.example.test:${port}`,
        'x-forwarded-port': '443',
        'x-forwarded-proto': 'https',
      });
      await until(() => entries.length === 1);
      expect(entries[0]).toMatchObject({
        kind: 'request',
        host: 'svc7.example.test',
        method: 'GET',
        path: '/hello?a=1',
        httpVersion: { '--http1.1': '1.1', '--http2': '2.0', '--http1.0': '1.0' }[version],
        status: 200,
        bytes: output.length - output.indexOf('\r\n\r\n') - 4,
        backend: { namespace: 'default', name: 'svc7' },
      });
      expect(entries[0]?.client).toMatch(/^127\.0\.0\.1:\d+$/);
    },
  );

  it.each(['--http1.1', '--http2'])('carries the body of a request by %s, whatever its framing', async (version) => {
    const { port } = await startTerminating();
    const upload = file('upload', 'x'.repeat(300_000));
    for (const more of [
      ['-X', 'POST'],
      ['-X', 'GET'],
      ['-X', 'POST', '-H', 'Transfer-Encoding: chunked'],
      ['-X', 'PUT', '-H', 'Expect: 100-continue'],
    ]) {
      const { output } = await curl(
        port,
        'svc7.example.test',
        '/body',
        version,
        '-k',
        '--data-binary',
        `@${upload}`,
        ...more,
      );
      expect(told(output).received).toBe(300_000);
    }
  });

  it('answers an HTTP/2 client of Node, many streams at once, and keeps bodies without a length apart from the next request', async () => {
    const { port, entries } = await startTerminating();
    const session = connectHttp2('https://svc7.example.test', {
      createConnection: () =>
        connectTls({ host: '127.0.0.1', port, servername: 'svc7.example.test', ca: pem.edge, ALPNProtocols: ['h2'] }),
    });
    closeLater(() => {
      session.destroy();
    });
    const ask = async (method: string, body?: string): Promise<string> => {
      const stream = session.request(
        { ':path': '/x', ':method': method, ':authority': 'svc7.example.test' },
        { endStream: body === undefined },
      );
      if (body !== undefined) stream.end(body);
      stream.setEncoding('utf8');
      let text = '';
      stream.on('data', (chunk: string) => (text += chunk));
      await once(stream, 'end');
      return text;
    };
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) =>
        index % 3 === 0 ? ask('GET', 'GET /smuggled HTTP/1.1\r\n\r\n') : ask('GET'),
      ),
    );
    expect(answers.map((answer) => told(answer)).map(({ url, received }) => ({ url, received }))).toEqual(
      answers.map((_, index) => ({ url: '/x', received: index % 3 === 0 ? 26 : 0 })),
    );
    await until(() => entries.length === 60);
    session.close();
  });

  it('uses a connection to the pod again, and does not mind when the pod has closed it', async () => {
    const { port: pod, server } = await startHttpPod();
    server.keepAliveTimeout = 0;
    const { port } = await start(input([host('svc7.example.test')], { svc7: pod }));
    const ports: number[] = [];
    for (let index = 0; index < 3; index += 1) {
      const { output } = await curl(port, 'svc7.example.test', '/', '-k');
      ports.push(told(output).from);
    }
    expect(new Set(ports).size).toBe(1);
    server.closeAllConnections();
    const { output } = await curl(port, 'svc7.example.test', '/', '-k');
    expect(ports).not.toContain(told(output).from);
  });

  it('sends a request again whose kept connection the pod closes in that moment, and only one without a body', async () => {
    const served = new WeakSet<object>();
    const { port: pod } = await startHttpPod((request, response) => {
      if (served.has(request.socket)) {
        request.socket.destroy();
        return;
      }
      served.add(request.socket);
      tell(request, response);
    });
    const { port, entries } = await start(input([host('svc7.example.test')], { svc7: pod }));
    for (const method of ['GET', 'GET', 'GET', 'POST', 'POST']) {
      expect(told((await curl(port, 'svc7.example.test', '/', '-k', '-X', method)).output).method).toBe(method);
    }
    await until(() => entries.length === 5);
  });

  it.each(['gone', 'rude'])('lets an HTTP/2 client finish its upload to a pod that is %s', async (name) => {
    const { server: rude, port: rudePort } = await startHttpPod();
    rude.on('connection', (socket) => socket.end('not HTTP\r\n'));
    const { port } = await start(input([host('gone.example.test'), host('rude.example.test')], { rude: rudePort }));
    const session = connectHttp2('https://x.test', {
      createConnection: () => connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2'] }),
    });
    closeLater(() => {
      session.destroy();
    });
    const stream = session.request({ ':method': 'POST', ':path': '/', ':authority': `${name}.example.test` });
    stream.on('error', () => undefined).resume();
    const closed = once(stream, 'close');
    stream.write(Buffer.alloc(3_000_000));
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
    expect(headers[':status']).toBe(name === 'gone' ? 503 : 502);
    stream.end();
    await closed;
  });

  // node's SNICallback puts a pair beside the server's own: with two kinds of key the wrong one may be shown.
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'shows the right certificate in %s where fallback and host have keys of different kinds',
    async (version) => {
      const hosts = input([host('svc7.example.test')], {});
      const versions = { minVersion: version, maxVersion: version };
      const { port: rsaFallback } = await start(hosts, {}, pem.rsaFallback);
      expect(await leafFor(rsaFallback, { ...versions, servername: 'svc7.example.test' })).toBe(fingerprint(pem.edge));
      expect(await leafFor(rsaFallback, { ...versions, servername: 'nobody.example.test' })).toBe(
        fingerprint(pem.rsaFallback.certificate),
      );
      expect(await leafFor(rsaFallback, versions)).toBe(fingerprint(pem.rsaFallback.certificate));
    },
  );

  it('keeps its connection to the pod when clients close theirs', async () => {
    const { server, port: pod } = await startHttpPod();
    let opened = 0;
    server.on('connection', () => (opened += 1));
    const { port } = await start(input([host('svc7.example.test')], { svc7: pod }));
    for (let count = 0; count < 3; count += 1) {
      expect(
        (await curl(port, 'svc7.example.test', '/', '--cacert', edge, '-H', 'Connection: close', '-w', '%{http_code}'))
          .output,
      ).toMatch(/200$/);
    }
    expect(opened).toBe(1);
  });

  it('speaks HTTP/1.1 only where the controller does', async () => {
    const { port } = await startTerminating({ table: { offersHttp2: false } });
    const { output } = await curl(port, 'svc7.example.test', '/', '--http2', '--cacert', edge, '-i');
    expect(output).toMatch(/^HTTP\/1\.1 200/);
  });

  it('answers for a host without a route for requests as for an unknown one, and does not complain', async () => {
    const { port, gateway } = await start(
      input(
        [host('svc7.example.test'), host('svc9.example.test', { connection: 'passed-through', locations: [] })],
        {},
      ),
    );
    // The certificate of the fixture does not name svc9.
    expect(gateway.complaints).toEqual([expect.stringContaining('does not name the host')]);
    expect((await curl(port, 'svc7.example.test', '/', '-k', '-H', 'Host: svc9.example.test')).output).toBe(
      'no such host',
    );
  });

  it('is found by the Host header and not by the name in the ClientHello', async () => {
    const { port } = await startTerminating();
    expect((await curl(port, 'svc7.example.test', '/', '-k', '-H', 'Host: NOWHERE.example.test')).output).toBe(
      'no such host',
    );
    expect(
      told((await curl(port, 'nowhere.example.test', '/', '-k', '-H', 'Host: SVC7.example.test.:1234')).output).headers,
    ).toMatchObject({ 'x-forwarded-host': 'SVC7.example.test.:1234' });
    expect(
      told(
        (
          await curl(
            port,
            'nowhere.example.test',
            '/',
            '-k',
            '--http1.1',
            '--request-target',
            'http://svc7.example.test/absolute',
          )
        ).output,
      ).url,
    ).toBe('/absolute');
    expect(told((await curl(port, 'a.wild.example.test', '/', '--cacert', edge)).output).url).toBe('/');
    expect((await curl(port, 'a.b.wild.example.test', '/', '-k')).output).toBe('no such host');
  });

  it("shows the controller's page for an unknown host and for a Service without a pod, with HSTS", async () => {
    const { port, entries } = await startTerminating();
    const unknown = await curl(port, 'unknown.example.test', '/', '-k', '-i');
    expect(unknown.output).toMatch(/^HTTP\/2 404/);
    expect(unknown.output).toMatch(/strict-transport-security[^]*no such host$/);
    const gone = await curl(port, 'gone.example.test', '/', '-k', '-i', '--http1.1');
    expect(gone.output).toMatch(/^HTTP\/1\.1 503[^]*unavailable$/);
    expect((await curl(port, 'gone.example.test', '/', '-k', '-I')).output).toMatch(
      /^HTTP\/2 503[^]*content-length: 11/,
    );
    await until(() => entries.length === 3);
    expect(entries).toMatchObject([
      { status: 404 },
      { status: 503, bytes: 11, backend: { name: 'gone' } },
      { status: 503, bytes: 0 },
    ]);
    expect(entries[0]).not.toHaveProperty('backend');
  });

  it.each(['--http1.1', '--http2'])('cuts by %s an answer that the pod cuts', async (version) => {
    const { port, entries } = await startTerminating();
    const { code } = await curl(port, 'svc7.example.test', '/cut', '-k', version);
    expect([18, 92]).toContain(code); // partial file; stream error
    await until(() => entries.length === 1);
    expect(entries[0]).toMatchObject({ status: 200, bytes: 9 });
  });

  it('shows the page for a pod where nothing listens, and for one that is no HTTP', async () => {
    const { port: closedPort, server } = await startHttpPod();
    const { server: rude, port: rudePort } = await startHttpPod();
    // After the other has its own: the system may give a port again as soon as it is free.
    server.close();
    rude.on('connection', (socket) => socket.end('not HTTP\r\n'));
    const { port } = await start(
      input([host('gone.example.test'), host('rude.example.test')], { gone: closedPort, rude: rudePort }),
    );
    for (const version of ['--http1.1', '--http2']) {
      expect((await curl(port, 'gone.example.test', '/', '-k', version)).output).toBe('unavailable');
      expect((await curl(port, 'rude.example.test', '/', '-k', version)).output).toBe('bad gateway');
      expect((await curl(port, 'rude.example.test', '/', '-k', version, '--data', 'x'.repeat(100_000))).output).toBe(
        'bad gateway',
      );
    }
  });
});

describe('the certificate that is shown', () => {
  it("is that of the host's Secret, and the fallback for other names and without one", async () => {
    const { port } = await startTerminating();
    expect(await leafFor(port, { servername: 'svc7.example.test' })).toBe(fingerprint(pem.edge));
    expect(await leafFor(port, { servername: 'SVC7.Example.Test' })).toBe(fingerprint(pem.edge));
    expect(await leafFor(port, { servername: 'a.wild.example.test' })).toBe(fingerprint(pem.edge));
    expect(await leafFor(port, { servername: 'unknown.example.test' })).toBe(fingerprint(pem.fallback));
    expect(await leafFor(port, {})).toBe(fingerprint(pem.fallback));
  });

  it.each([
    ['is missing', undefined, 'no such Secret'],
    ['has no key', { 'tls.crt': pem.edge }, 'no tls.key'],
    ['names other hosts', { 'tls.crt': pem.other, 'tls.key': pem.key }, 'does not name the host'],
    ['begins with the authority', { 'tls.crt': pem.authority + pem.edge, 'tls.key': pem.key }, 'does not belong'],
    ['has a key of another', { 'tls.crt': pem.edge, 'tls.key': pem.foreignPrivateKey }, 'does not belong'],
    ['is no certificate', { 'tls.crt': 'hello', 'tls.key': pem.key }, 'not readable'],
  ])('is the fallback when the Secret %s, and the gateway complains', async (_, secret, complaint) => {
    const { port, gateway } = await start(
      input(
        [host('svc7.example.test', { certificate: { namespace: 'default', name: 'x' } })],
        {},
        secret === undefined ? {} : { data: { 'default/x': secret } },
      ),
    );
    expect(await leafFor(port, { servername: 'svc7.example.test' })).toBe(fingerprint(pem.fallback));
    expect(gateway.complaints).toHaveLength(1);
    expect(gateway.complaints[0]).toContain('svc7.example.test: Secret default/x');
    expect(gateway.complaints[0]).toContain(complaint);
    expect(gateway.complaints[0]).not.toContain('PRIVATE KEY');
  });

  it('is shown to TLS 1.2 and 1.3, and not to 1.1', async () => {
    const { port, entries } = await startTerminating();
    const connect = (...args: readonly string[]) =>
      run('openssl', [
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        '-servername',
        'svc7.example.test',
        '-CAfile',
        edge,
        '-verify_return_error',
        ...args,
      ]);
    expect((await connect('-tls1_2')).output).toContain('Verify return code: 0 (ok)');
    expect((await connect('-tls1_3')).output).toContain('Verify return code: 0 (ok)');
    expect((await connect('-tls1_1', '-cipher', 'DEFAULT@SECLEVEL=0')).output).toContain('SSL alert number 70');
    await until(() => entries.some(({ kind }) => kind === 'refused'));
    expect(entries).toContainEqual(
      expect.objectContaining({
        kind: 'refused',
        host: 'svc7.example.test',
        reason: 'TLS failed: unsupported protocol',
      }),
    );
  });

  it('is refused by a client that does not trust it, and the log says so', async () => {
    const { port, entries } = await startTerminating();
    for (const version of ['--tls-max', '--tlsv1.3']) {
      const { code } = await curl(
        port,
        'svc7.example.test',
        '/',
        version,
        ...(version === '--tls-max' ? ['1.2'] : []),
        '--cacert',
        file('authority.crt', pem.authority),
      );
      expect(code).toBe(60);
    }
    await until(() => entries.length === 2);
    expect(entries).toMatchObject(
      Array.from({ length: 2 }, () => ({
        kind: 'refused',
        host: 'svc7.example.test',
        reason: 'TLS failed: tlsv1 alert unknown ca',
      })),
    );
  });
});

describe('what is no TLS', () => {
  it('is answered with the page of the controller', async () => {
    const { port, entries } = await startTerminating();
    const { output } = await run('curl', [
      '-sS',
      '-i',
      '-H',
      'Host: svc7.example.test',
      `http://127.0.0.1:${port}/plain`,
    ]);
    expect(output).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(output).toContain('content-type: text/html\r\n');
    expect(output.slice(output.indexOf('\r\n\r\n') + 4)).toBe(behaviour.plainHttp.body);
    expect(output).not.toContain('strict-transport-security');
    await until(() => entries.length === 1);
    expect(entries[0]).toMatchObject({
      kind: 'request',
      host: 'svc7.example.test',
      method: 'GET',
      path: '/plain',
      httpVersion: '1.1',
      status: 400,
    });
  });

  it('gets the page also in the middle of a large body, and when it is no HTTP', async () => {
    const { port, entries } = await startTerminating();
    const socket = await connectPlainly(port);
    socket.write(`POST /\u001b[31m HTTP/1.1\r\nHost: x\r\n\r\n${'x'.repeat(100_000)}`);
    const answer = readToEnd(socket);
    socket.end('more');
    expect(await answer).toMatch(/^HTTP\/1\.1 400/);
    const other = await connectPlainly(port);
    other.write('\u0001\u0002\u0003');
    other.end();
    expect(await readToEnd(other)).toMatch(/^HTTP\/1\.1 400/);
    await until(() => entries.length === 2);
    expect(entries).toMatchObject([
      { kind: 'request', path: '/\\u{1b}[31m' },
      { kind: 'refused', reason: 'neither TLS nor HTTP' },
    ]);
  });

  it('is refused inside TLS as well', async () => {
    const { port } = await startTerminating();
    const socket = await connectSecurely(port, { servername: 'svc7.example.test' });
    socket.write('\u0001nonsense\r\n\r\n');
    expect(await readToEnd(socket)).toMatch(/^HTTP\/1\.1 400/);
  });
});
