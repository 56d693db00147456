import { createSecureServer, createServer as createHttp2Server } from 'node:http2';
import { createServer, type Server } from 'node:https';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../../src/errors.ts';
import { authorityKey } from '../../../support/certs/fixtures.ts';
import { OpenSsl } from '../../../support/openssl.ts';
import {
  authority,
  client,
  clientAuthority,
  fingerprintOf,
  foreignClient,
  host,
  httpsProbe,
  probePort,
  server,
  wildcard,
  type Pair,
} from '../../../support/effects/probes/fixtures.ts';
import { closeServersAfterEach, listen, listenOpenSsl, listenRaw } from './servers.ts';

closeServersAfterEach();

/** Answers with what it saw of the request. */
function echo(pair: Pair): Server {
  return createServer(pair, (request, response) => {
    response.setHeader('X-Twice', ['one', 'two']);
    const { servername } = request.socket as unknown as { readonly servername: unknown };
    response.end(JSON.stringify({ sni: servername, url: request.url, ...request.headers }));
  });
}

describe('a request over HTTP/1.1', () => {
  it('says who answered, and what', async () => {
    const port = await listen(echo(server));
    const { answer, ...seen } = await probePort(port, { ...httpsProbe, host: 'other.example.test', path: '/a?b=%20' });
    expect(seen).toMatchObject({
      leaf: { fingerprint: fingerprintOf(server.cert), dnsNames: [host] },
      chainLength: 1,
      isTrusted: true,
      version: 'TLSv1.3',
      protocol: 'http/1.1',
      durationMs: expect.any(Number) as number,
    });
    expect(seen.failure).toBeUndefined();
    expect(answer).toMatchObject({ status: 200, httpVersion: '1.1', headers: { 'x-twice': 'one, two' } });
    expect(JSON.parse(answer!.body)).toMatchObject({
      sni: host,
      url: '/a?b=%20',
      host: 'other.example.test',
      'user-agent': 'ingress-tls',
      connection: 'close',
    });
  });

  it.each([
    { what: 'none is asked for', serverName: undefined, host },
    { what: 'it is an IP address', serverName: '127.0.0.1', host: '127.0.0.1' },
  ])('sends no server name when $what', async ({ serverName, host: asked }) => {
    const port = await listen(echo(server));
    const { kind, path, trust, protocols } = httpsProbe;
    const { answer, isTrusted } = await probePort(port, {
      kind,
      path,
      trust,
      protocols,
      host: asked,
      ...(serverName === undefined ? {} : { serverName }),
    });
    expect(JSON.parse(answer!.body)).toMatchObject({ sni: false });
    expect(isTrusted).toBe(asked === host);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s alone when told to', async (version) => {
    const both = await listen(echo(server));
    await expect(probePort(both, { ...httpsProbe, version })).resolves.toMatchObject({
      version,
      answer: { status: 200 },
    });
    const other = version === 'TLSv1.2' ? '-tls1_3' : '-tls1_2';
    const port = await listenOpenSsl(
      { 's.crt': server.cert, 's.key': server.key },
      '-cert',
      's.crt',
      '-key',
      's.key',
      other,
      '-www',
    );
    const { failure, leaf } = await probePort(port, { ...httpsProbe, version });
    expect(failure).toMatchObject({ stage: 'handshake', code: 'alert', alert: 70 });
    expect(leaf).toBeUndefined();
  });

  it('counts the certificates that are shown, and none of those that are trusted', async () => {
    const chain = await listen(echo({ ...server, cert: server.cert + authority }));
    await expect(probePort(chain, httpsProbe)).resolves.toMatchObject({ chainLength: 2, isTrusted: true });
    const odd = await listen(echo({ ...server, cert: server.cert + wildcard.cert + clientAuthority }));
    await expect(probePort(odd, httpsProbe)).resolves.toMatchObject({ chainLength: 3, isTrusted: true });
  });

  it('keeps the first 8 KiB of a body, whole characters only', async () => {
    const port = await listen(
      createServer(server, (_request, response) => {
        response.end(`x${'\u20ac'.repeat(100_000)}`);
      }),
    );
    const { answer } = await probePort(port, httpsProbe);
    expect(answer?.body).toBe(`x${'\u20ac'.repeat(2730)}`);
  });
});

describe('a request over HTTP/2', () => {
  it.each([undefined, 60])('is made when the server picks it (hello cut after %s)', async (splitAfter) => {
    const port = await listen(
      createSecureServer(server, (request, response) => {
        response.end(
          JSON.stringify({ authority: request.authority, path: request.url, agent: request.headers['user-agent'] }),
        );
      }),
    );
    const observation = await probePort(port, {
      ...httpsProbe,
      host: 'other.example.test',
      path: '/x',
      protocols: ['h2', 'http/1.1'],
      ...(splitAfter === undefined ? {} : { splitAfter }),
    });
    expect(observation).toMatchObject({ protocol: 'h2', isTrusted: true, answer: { status: 200, httpVersion: '2' } });
    expect(observation.answer?.headers).not.toHaveProperty(':status');
    expect(JSON.parse(observation.answer!.body)).toEqual({
      authority: 'other.example.test',
      path: '/x',
      agent: 'ingress-tls',
    });
  });

  it('that is reset without an answer fails', async () => {
    const refusing = createSecureServer(server);
    refusing.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.close(7);
    });
    const { failure } = await probePort(await listen(refusing), { ...httpsProbe, protocols: ['h2'] });
    expect(failure).toMatchObject({ stage: 'response', code: 'protocol' });
  });

  it('is no request to a server that speaks no HTTP/2 after all', async () => {
    const port = await listen(
      createTlsServer({ ...server, ALPNProtocols: ['h2'] }, (socket) => {
        socket.on('error', () => undefined);
        socket.resume();
        socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      }),
    );
    const { failure } = await probePort(port, { ...httpsProbe, protocols: ['h2'] });
    expect(failure).toMatchObject({ stage: 'response', code: 'protocol' });
  });

  it('is read as far as is needed when its body has no end', async () => {
    const port = await listen(
      createSecureServer(server, (_request, response) => {
        response.on('error', () => undefined);
        const pour = (): void => {
          while (!response.destroyed && !response.writableEnded && response.write('y'.repeat(16_384)));
          response.once('drain', pour);
        };
        pour();
      }),
    );
    // A limit longer than the test: it did not wait for it.
    const { answer, failure } = await probePort(port, { ...httpsProbe, protocols: ['h2'] }, 600_000);
    expect(answer).toMatchObject({ status: 200, body: 'y'.repeat(8192) });
    expect(failure).toBeUndefined();
  });

  it.each([undefined, 60])('that is never answered ends by the limit (hello cut after %s)', async (splitAfter) => {
    const silent = createSecureServer(server);
    silent.on('stream', (stream) => {
      stream.on('error', () => undefined);
    });
    const cut = splitAfter === undefined ? {} : { splitAfter };
    const observation = await probePort(await listen(silent), { ...httpsProbe, protocols: ['h2'], ...cut }, 1500);
    expect(observation).toMatchObject({ isTrusted: true, failure: { stage: 'response', code: 'timeout' } });
  });

  it('has its status when the connection goes away in the body', async () => {
    const breaking = createSecureServer(server);
    breaking.on('sessionError', () => undefined);
    breaking.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.respond({ ':status': 200 });
      stream.write('begun', () => setTimeout(() => stream.session?.destroy(), 20));
    });
    const { answer, failure } = await probePort(await listen(breaking), { ...httpsProbe, protocols: ['h2'] });
    expect(answer).toMatchObject({ status: 200, body: 'begun' });
    expect(failure).toBeUndefined();
  });

  it('is refused by alert 120 where no protocol fits', async () => {
    const port = await listen(createTlsServer({ ...server, ALPNProtocols: ['h2'] }));
    const { failure } = await probePort(port, httpsProbe);
    expect(failure).toMatchObject({ stage: 'handshake', code: 'alert', alert: 120 });
  });
});

describe('trust', () => {
  it.each([
    { what: 'the authority', pair: server, trust: authority, problem: undefined },
    { what: 'a self-signed leaf itself', pair: wildcard, trust: wildcard.cert, problem: undefined },
    { what: 'a leaf of an authority itself', pair: server, trust: server.cert, problem: undefined },
    { what: 'a foreign authority', pair: server, trust: clientAuthority, problem: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
    {
      what: 'a foreign authority, for a self-signed leaf',
      pair: wildcard,
      trust: authority,
      problem: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    },
    { what: 'nothing', pair: server, trust: '', problem: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' },
  ])('in $what: $problem', async ({ pair, trust, problem }) => {
    const observation = await probePort(await listen(echo(pair)), { ...httpsProbe, trust });
    expect(observation).toMatchObject({
      isTrusted: problem === undefined,
      answer: { status: 200 },
      leaf: { fingerprint: fingerprintOf(pair.cert) },
    });
    expect(observation.trustProblem).toBe(problem);
  });

  it('needs the name as well', async () => {
    const port = await listen(echo(server));
    const observation = await probePort(port, { ...httpsProbe, serverName: 'svc8.example.test' });
    expect(observation).toMatchObject({
      isTrusted: false,
      trustProblem: 'ERR_TLS_CERT_ALTNAME_INVALID',
      answer: { status: 200 },
    });
  });

  it('is not asked of a certificate with a damaged extension: OpenSSL takes it and nobody can read it', async () => {
    const openssl = new OpenSsl();
    const config = openssl.file(
      'damaged.cnf',
      '[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=x\n[ext]\n2.5.29.30=critical,DER:0500\n',
    );
    const cert = openssl.output(
      'req',
      '-x509',
      '-new',
      '-key',
      openssl.file('s.key', server.key),
      '-days',
      '9',
      '-config',
      config,
    );
    openssl.remove();
    const observation = await probePort(await listen(echo({ ...server, cert })), { ...httpsProbe, trust: cert });
    expect(observation).toMatchObject({
      chainLength: 1,
      isTrusted: false,
      failure: { stage: 'handshake', code: 'protocol' },
    });
    expect(observation.leaf).toBeUndefined();
    expect(observation.answer).toBeUndefined();
  });

  it('ends with the validity', async () => {
    const openssl = new OpenSsl();
    const cert = openssl.output(
      'x509',
      '-req',
      '-days',
      '-1',
      '-in',
      csr(openssl),
      '-signkey',
      openssl.file('s.key', server.key),
      '-extfile',
      openssl.file('x', `subjectAltName=DNS:${host}`),
    );
    openssl.remove();
    const pem = cert.slice(cert.indexOf('-----BEGIN CERTIFICATE'));
    const observation = await probePort(await listen(echo({ ...server, cert: pem })), { ...httpsProbe, trust: pem });
    expect(observation).toMatchObject({ isTrusted: false, trustProblem: 'CERT_HAS_EXPIRED' });
  });
});

function csr(openssl: OpenSsl): string {
  return openssl.file(
    's.csr',
    openssl.output('req', '-new', '-key', openssl.file('s.key', server.key), '-subj', '/CN=old'),
  );
}

describe('a client certificate', () => {
  const files = { 's.crt': server.cert, 's.key': server.key, 'ca.crt': clientAuthority };
  const demanding = [
    '-cert',
    's.crt',
    '-key',
    's.key',
    '-Verify',
    '3',
    '-verify_return_error',
    '-CAfile',
    'ca.crt',
    '-www',
  ];
  const leaf = { fingerprint: fingerprintOf(server.cert) };

  it('that is missing or foreign is refused during the handshake of TLS 1.2', async () => {
    const port = await listenOpenSsl(files, ...demanding, '-tls1_2');
    for (const [identity, alert] of [
      [undefined, 40],
      [foreignClient, 48],
    ] as const) {
      const observation = await probePort(port, {
        ...httpsProbe,
        ...(identity === undefined ? {} : { client: identity }),
      });
      expect(observation).toMatchObject({
        leaf,
        chainLength: 1,
        version: 'TLSv1.2',
        failure: { stage: 'handshake', code: 'alert', alert },
      });
      expect(observation.answer).toBeUndefined();
    }
    await expect(probePort(port, { ...httpsProbe, client })).resolves.toMatchObject({
      leaf,
      isTrusted: true,
      answer: { status: 200 },
    });
  });

  it.each([undefined, 60])(
    'that is missing or foreign is refused after the handshake of TLS 1.3 (hello cut after %s)',
    async (splitAfter) => {
      const port = await listenOpenSsl(files, ...demanding, '-tls1_3');
      const probe = { ...httpsProbe, ...(splitAfter === undefined ? {} : { splitAfter }) };
      // It serves one connection after the other, so that nothing is seen between two pieces.
      const limit = splitAfter === undefined ? 20_000 : 2000;
      for (const [identity, alert] of [
        [undefined, 116],
        [foreignClient, 48],
      ] as const) {
        const observation = await probePort(
          port,
          { ...probe, ...(identity === undefined ? {} : { client: identity }) },
          limit,
        );
        expect(observation).toMatchObject({
          leaf,
          version: 'TLSv1.3',
          isTrusted: true,
          failure: { stage: 'response', code: 'alert', alert },
        });
        expect(observation.answer).toBeUndefined();
      }
      await expect(probePort(port, { ...probe, client }, limit)).resolves.toMatchObject({
        leaf,
        isTrusted: true,
        answer: { status: 200 },
      });
    },
  );

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'that a Node server of %s refuses shows the leaf all the same, over HTTP/2 too',
    async (version) => {
      const strict = {
        ...server,
        ca: clientAuthority,
        requestCert: true,
        rejectUnauthorized: true,
        ALPNProtocols: ['h2', 'http/1.1'],
      };
      const port = await listen(createTlsServer({ ...strict, minVersion: version, maxVersion: version }));
      for (const protocols of [['h2'], ['http/1.1']] as const) {
        for (const identity of [{}, { client: foreignClient }, { client: foreignClient, splitAfter: 60 }]) {
          const observation = await probePort(port, { ...httpsProbe, protocols, ...identity });
          expect(observation).toMatchObject({
            leaf,
            version,
            failure: { stage: version === 'TLSv1.2' ? 'handshake' : 'response' },
          });
          expect(observation.failure?.code).toMatch(/^(alert|closed)$/);
        }
      }
    },
  );

  it.each([
    { what: 'is of another key', certificate: client.certificate, key: authorityKey.privateKey },
    { what: 'is of a key of another kind', certificate: client.certificate, key: wildcard.key },
    { what: 'is none', certificate: 'x', key: client.key },
    { what: 'comes with half a key', certificate: client.certificate, key: client.key.slice(0, 100) },
  ])(
    'that $what is refused before anything is connected, in words that hold nothing of the key',
    async ({ certificate, key }) => {
      let connections = 0;
      const port = await listenRaw(() => {
        connections += 1;
      });
      const error: unknown = await probePort(port, { ...httpsProbe, client: { certificate, key } }, 500).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(UsageError);
      const { message, remedy, cause } = error as UsageError;
      expect(cause).toBeUndefined();
      for (const line of key.split('\n').filter((text) => text.length > 20 && !text.startsWith('-----')))
        expect(message + String(remedy)).not.toContain(line);
      expect(connections).toBe(0);
    },
  );
});

describe('what no request can hold', () => {
  it.each([{ path: '/a b' }, { path: 'a' }, { path: '/a\r\nX: y' }, { host: '' }, { host: 'a\r\nb' }])(
    '%j is refused',
    async (change) => {
      await expect(probePort(1, { ...httpsProbe, ...change })).rejects.toBeInstanceOf(UsageError);
      await expect(probePort(1, { kind: 'plain-http', host, path: '/', ...change })).rejects.toBeInstanceOf(UsageError);
    },
  );
});

describe('plain HTTP', () => {
  it('to a port that explains itself is answered', async () => {
    const port = await listenRaw((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.0 400 Bad Request\r\nServer: nginx\r\n\r\nThe plain HTTP request was sent to HTTPS port'),
      );
    });
    const observation = await probePort(port, { kind: 'plain-http', host, path: '/' });
    expect(observation).toMatchObject({
      answer: {
        status: 400,
        httpVersion: '1.0',
        headers: { server: 'nginx' },
        body: 'The plain HTTP request was sent to HTTPS port',
      },
    });
    expect(Object.keys(observation).sort()).toEqual(['answer', 'durationMs']);
  });

  it('to a TLS server is refused by an alert or by silence', async () => {
    const openssl = await listenOpenSsl(
      { 's.crt': server.cert, 's.key': server.key },
      '-cert',
      's.crt',
      '-key',
      's.key',
    );
    const { failure, answer } = await probePort(openssl, { kind: 'plain-http', host, path: '/' });
    expect(failure?.stage).toBe('response');
    expect(failure?.code).toMatch(/^(alert|closed|ECONNRESET)$/);
    expect(answer).toBeUndefined();
  });

  it('to a server of HTTP/2 without TLS is no HTTP/1.1', async () => {
    const { failure } = await probePort(await listen(createHttp2Server()), { kind: 'plain-http', host, path: '/' });
    expect(failure).toMatchObject({ stage: 'response' });
  });
});
