import { createServer as createPlainServer, type IncomingMessage, type Server as PlainServer } from 'node:http';
import {
  createSecureServer,
  createServer as createCallServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import {
  createSecureContext,
  createServer as createEchoServer,
  type Server as EchoServer,
  type TLSSocket,
} from 'node:tls';
import type { PodDescription } from '../model/preview.ts';
import { isShown } from './gateway/client-auth.ts';
import { readOpening } from './gateway/opening.ts';

/** A demo backend on loopback. */
export interface Pod {
  readonly port: number;
  /** From now on for new connections; open ones go on as they are. */
  update(description: PodDescription): void;
  close(): Promise<void>;
}

/** Milliseconds without a byte after which a connection is ended. */
const idleLimit = 10 * 60 * 1000;
const helloLimit = 10 * 1000;

/** What Go's server, and so Caddy, says to plain HTTP on its TLS port (go@1.26 src/net/http/server.go, tlsRecordHeaderLooksLikeHTTP). */
const plainHttpRefusal = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/**
 * Starts a demo backend on a port of 127.0.0.1 that the system chooses: it answers every request with its greeting.
 * @throws Error of OpenSSL when certificate and key are not usable together; of the system when no port is to be had.
 */
export async function startPod(description: PodDescription): Promise<Pod> {
  let accept = createAcceptor(description);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // What goes wrong with a connection is told to its client; nothing here waits for it.
    socket.on('error', () => undefined);
    socket.setTimeout(idleLimit, () => socket.destroy());
    accept(socket);
  });
  const port = await listen(server);
  return {
    port,
    update(next) {
      accept = createAcceptor(next);
    },
    async close() {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function createAcceptor({
  tls,
  clientAuthority,
  isClientOptional,
  protocol,
  greeting,
}: PodDescription): (socket: Socket) => void {
  if (tls === undefined) {
    const server = configure(
      protocol === 'grpc' ? createCallServer(refuseCall) : createPlainServer(answerWith(greeting)),
    );
    return (socket) => void server.emit('connection', socket);
  }
  const settings = {
    cert: tls.certificate,
    key: tls.key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: helloLimit,
    ...(clientAuthority === undefined
      ? {}
      : { ca: clientAuthority, requestCert: true, rejectUnauthorized: isClientOptional !== true }),
  } as const;
  // Judged at once: the server itself would judge with its first client.
  createSecureContext(settings);
  const server = configure(
    protocol === 'tcp'
      ? createEchoServer({ ...settings }, (socket) => void socket.on('error', () => undefined).pipe(socket))
      : protocol === 'grpc'
        ? createSecureServer(settings, refuseCall)
        : createSecureServer({ ...settings, allowHTTP1: true }, answerWith(greeting)),
  );
  // Before the server itself reads a request of it.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    if (isClientOptional === true && isShown(socket) && !socket.authorized) socket.destroy();
  });
  return (socket) => {
    void readOpening(socket, 'first-read', helloLimit).then(({ kind }) => {
      if (kind === 'tls') server.emit('connection', socket);
      else if (kind === 'other') socket.end(plainHttpRefusal, () => socket.destroy());
      else socket.destroy();
    });
  };
}

/** What answers over HTTP/1.1 and HTTP/2 have in common. */
interface Reply {
  statusCode: number;
  setHeader(name: string, value: string | number): unknown;
  write(text: string): unknown;
  end(): unknown;
  on(event: 'error', listener: () => void): unknown;
}

type Answer = (request: IncomingMessage | Http2ServerRequest, response: Reply) => void;

function answerWith(greeting: string): Answer {
  const length = Buffer.byteLength(greeting);
  return (request, response) => {
    // The answer follows the whole request, so that a body of any size arrives.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    request.resume();
    request.once('end', () => {
      response.statusCode = 200;
      response.setHeader('content-type', 'text/plain; charset=utf-8');
      response.setHeader('content-length', length);
      if (request.method !== 'HEAD') response.write(greeting);
      response.end();
    });
  };
}

/** What every gRPC server says of a method that it does not have: UNIMPLEMENTED, in headers alone (grpc doc/PROTOCOL-HTTP2.md). */
function refuseCall(request: Http2ServerRequest, response: Http2ServerResponse): void {
  request.on('error', () => undefined);
  response.on('error', () => undefined);
  request.resume();
  request.once('end', () => {
    const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' };
    if (!response.stream.destroyed) response.stream.respond(headers, { endStream: true });
  });
}

function configure<AnyServer extends PlainServer | Http2Server | Http2SecureServer | EchoServer>(
  server: AnyServer,
): AnyServer {
  server.on('clientError', (_error: Error, socket: Socket) => socket.destroy());
  server.on('tlsClientError', () => undefined);
  server.on('sessionError', () => undefined);
  server.on('error', () => undefined);
  return server;
}
