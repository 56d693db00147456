import {
  connect,
  constants,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';

import type { Hop } from './upstreams.ts';

export interface GrpcPassage {
  readonly hop: Hop;
  readonly port: number;
  /** With those that replace the client's; without pseudo-headers. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly method: string;
  readonly path: string;
  /** Milliseconds without a byte. */
  readonly stalledMs: number;
  /** Headers that the gateway adds to the answer. */
  readonly ownHeaders: Readonly<Record<string, string>>;
  readonly onBytes: (count: number) => void;
  /** Before an answer has begun. */
  readonly onError: (error: NodeJS.ErrnoException) => void;
}

/** What belongs to one connection and is left of it, or is framed anew (RFC 9113, 8.2.2). `te: trailers` stays: gRPC servers ask for it. */
const ofOneConnection = new Set(['connection', 'host', 'transfer-encoding']);

/**
 * Passes one call of HTTP/2 on to a pod over HTTP/2, trailers and all. Each has a connection of its own: a preview has few calls, and a
 * connection that was verified for one host is never used for another.
 */
export function passGrpc(client: ServerHttp2Stream, passage: GrpcPassage): void {
  const { headers, method, path, onBytes, onError } = passage;
  const session = openSession(passage);
  let isOver = false;
  const fail = (error: NodeJS.ErrnoException): void => {
    if (isOver) return;
    isOver = true;
    session.destroy();
    if (client.headersSent || client.destroyed) client.close(constants.NGHTTP2_INTERNAL_ERROR);
    else onError(error);
  };
  session.once('error', fail);
  const authority = headers['host'];
  const call = session.request({
    ...Object.fromEntries(
      Object.entries(headers).filter(([name]) => !name.startsWith(':') && !ofOneConnection.has(name)),
    ),
    ':method': method,
    ':path': path,
    ...(typeof authority === 'string' && { ':authority': authority }),
  });
  call.once('error', fail);
  call.setTimeout(passage.stalledMs, () => {
    fail(Object.assign(new Error('the pod is silent'), { code: 'ETIMEDOUT' }));
  });
  client.once('close', () => {
    isOver = true;
    session.close();
    call.close();
  });
  client.pipe(call);
  call.once('response', (answer, flags) => {
    const isWhole = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    client.respond(
      { ...withoutSymbols(answer), ...passage.ownHeaders },
      { endStream: isWhole, waitForTrailers: !isWhole },
    );
    if (isWhole) return;
    let trailers: IncomingHttpHeaders = {};
    call.once('trailers', (received: IncomingHttpHeaders) => {
      trailers = received;
    });
    client.once('wantTrailers', () => {
      client.sendTrailers(withoutSymbols(trailers));
    });
    call.on('data', (chunk: Buffer) => {
      onBytes(chunk.length);
    });
    call.pipe(client);
  });
}

function openSession({ hop, port }: GrpcPassage): ClientHttp2Session {
  if (hop.scheme === 'http:') return connect(`http://127.0.0.1:${port}`);
  return connect(`https://127.0.0.1:${port}`, { ...hop.tls, rejectUnauthorized: hop.verifies, ALPNProtocols: ['h2'] });
}

/** Node keeps which of them are sensitive under a symbol. */
function withoutSymbols(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers));
}
