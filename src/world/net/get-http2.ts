import { connect, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { HttpAnswer } from '../../model/probe.ts';
import { answerReader, createBodyStart, joinHeaders, userAgent } from './answer.ts';
import type { Attempt } from './attempt.ts';
import type { GetRequest } from './get-http1.ts';
import { brokenProtocol, closed } from './probe-end.ts';

// http2.connect wants a URL; the socket and the pseudo-headers of the request stand in its place (RFC 6761, 6.4).
const unused = 'https://ingress-tls.invalid';

/** One GET in HTTP/2 over a connection that stands; done when the body has ended or enough of it was read. */
export function getHttp2(socket: TLSSocket, request: GetRequest, attempt: Attempt): Promise<void> {
  return exchange(socket, request, { ':method': 'GET', accept: '*/*' }, undefined, attempt);
}

/** An empty message: not compressed, of no length (grpc doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message). */
const emptyMessage = Buffer.alloc(5);

/** One gRPC call over a connection that stands, with an empty message. What its server says of it is in the answer, whatever it is. */
export function callGrpc(socket: TLSSocket, request: GetRequest, attempt: Attempt): Promise<void> {
  const headers = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' };
  return exchange(socket, request, headers, emptyMessage, attempt);
}

function exchange(
  socket: TLSSocket,
  { host, path }: GetRequest,
  ownHeaders: Readonly<Record<string, string>>,
  message: Buffer | undefined,
  attempt: Attempt,
): Promise<void> {
  attempt.stage = 'response';
  return new Promise((resolve) => {
    const session = attempt.own(connect(unused, { createConnection: () => socket, settings: { enablePush: false } }));
    session.on('error', attempt.fail);
    const stream = session.request(
      { ...ownHeaders, ':scheme': 'https', ':authority': host, ':path': path, 'user-agent': userAgent },
      { endStream: message === undefined },
    );
    if (message !== undefined) stream.end(message);
    const body = createBodyStart();
    stream.on('response', (headers) => {
      attempt.seen.readAnswer = answerReader(
        {
          status: headers[':status'] ?? 0,
          headers: joinHeaders(pairsOf(headers)),
          httpVersion: '2',
          ...readGrpcStatus(headers),
        },
        body,
      );
    });
    stream.on('trailers', (trailers: IncomingHttpHeaders) => {
      const read = attempt.seen.readAnswer;
      if (read !== undefined) attempt.seen.readAnswer = () => ({ ...read(), ...readGrpcStatus(trailers) });
    });
    stream.on('data', (chunk: Buffer) => {
      if (body.add(chunk)) resolve();
    });
    stream.on('end', () => {
      // A stream that was reset ends too, and says why when it closes.
      if (attempt.seen.readAnswer !== undefined) resolve();
    });
    stream.on('error', attempt.fail);
    stream.on('close', () => {
      attempt.fail(
        stream.rstCode === 0 ? closed() : brokenProtocol(`it reset the HTTP/2 stream with code ${stream.rstCode}`),
      );
    });
  });
}

function readGrpcStatus(headers: IncomingHttpHeaders): Pick<HttpAnswer, 'grpcStatus'> {
  const status = headers['grpc-status'];
  return typeof status === 'string' && /^\d{1,3}$/.test(status) ? { grpcStatus: Number(status) } : {};
}

/** Without the pseudo-headers (RFC 9113, 8.3). */
function* pairsOf(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): Generator<readonly [string, string]> {
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    yield [name, Array.isArray(value) ? value.join(', ') : value];
  }
}
