import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { join } from 'node:path';
import type { Server } from 'node:net';
import type { TlsOptions, TLSSocket } from 'node:tls';
import type { KeyPair } from './reference-certificates.ts';
import type { Quirks, ServiceName } from './reference-quirks.ts';
import { createRawServer, listen, readFirst, type Listening } from './reference-server.ts';

/** The three pods of a project, on ports of their own. */
export async function startReferencePods(
  project: string,
  quirks: Quirks,
): Promise<Readonly<Record<ServiceName, Listening>>> {
  const {
    identity = readPair(project, 'svc9'),
    tls,
    clients,
    clientAuthority = read(project, 'certs/svc9-client-ca.crt'),
  } = quirks.passthroughPod ?? {};
  const demand: TlsOptions =
    clients === 'unasked' ? {} : { requestCert: true, rejectUnauthorized: clients !== 'any', ca: clientAuthority };
  const svc9 = createTlsPod('svc9', { ...toOptions(identity), ...tls, ...demand });
  if (clients === 'any') {
    svc9.on('secureConnection', (socket: TLSSocket) => {
      if (Object.keys(socket.getPeerCertificate()).length === 0) socket.destroy();
    });
  }
  return {
    svc7: await listen(createHttpServer(greet('svc7'))),
    svc8: await listen(refusePlainHttp(createTlsPod('svc8', toOptions(readPair(project, 'svc8'))))),
    svc9: await listen(refusePlainHttp(svc9)),
  };
}

export function readPair(project: string, name: string): KeyPair {
  return { certificate: read(project, `certs/${name}.crt`), key: read(project, `certs/${name}.key`) };
}

export function toOptions({ certificate, key }: KeyPair): { readonly cert: string; readonly key: string } {
  return { cert: certificate, key };
}

export const read = (project: string, path: string): string => readFileSync(join(project, path), 'utf8');

/** As the charts' Caddyfile says it. */
const greet =
  (service: ServiceName) =>
  (_: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => {
    (response as ServerResponse)
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
      .end(`Hello, I am ${service} for ingress-controller demo!\n`);
  };

/** HTTP/1.1 and HTTP/2 as Caddy offers them; the connections are handed to it. */
function createTlsPod(service: ServiceName, options: TlsOptions): Server {
  const server = createSecureServer({ minVersion: 'TLSv1.2', allowHTTP1: true, ...options }, greet(service));
  return server.on('sessionError', () => undefined);
}

/** Go's answer to plain HTTP on a port of TLS: net/http/server.go, `badRequestError`'s sibling for tls.RecordHeaderError. */
function refusePlainHttp(tls: Server): Server {
  return createRawServer((socket) => {
    readFirst(socket, (bytes) => {
      if (bytes[0] === 22) {
        socket.unshift(bytes);
        tls.emit('connection', socket);
      } else {
        socket.end('HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n');
        socket.resume();
      }
      return true;
    });
  });
}
