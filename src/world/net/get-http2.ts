import { connect, type IncomingHttpHeaders, type IncomingHttpStatusHeader } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { answerReader, createBodyStart, joinHeaders, userAgent } from './answer.ts';
import type { Attempt } from './attempt.ts';
import type { GetRequest } from './get-http1.ts';
import { brokenProtocol, closed } from './probe-end.ts';

// http2.connect wants a URL; the socket and the pseudo-headers of the request stand in its place (RFC 6761, 6.4).
const unused = 'https://ingress-tls.invalid';

/** One GET in HTTP/2 over a connection that stands; done when the body has ended or enough of it was read. */
export function getHttp2(socket: TLSSocket, { host, path }: GetRequest, attempt: Attempt): Promise<void> {
  attempt.stage = 'response';
  return new Promise((resolve) => {
    const session = attempt.own(connect(unused, { createConnection: () => socket, settings: { enablePush: false } }));
    session.on('error', attempt.fail);
    const stream = session.request(
      {
        ':method': 'GET',
        ':scheme': 'https',
        ':authority': host,
        ':path': path,
        'user-agent': userAgent,
        accept: '*/*',
      },
      { endStream: true },
    );
    const body = createBodyStart();
    stream.on('response', (headers) => {
      attempt.seen.readAnswer = answerReader(
        { status: headers[':status'] ?? 0, headers: joinHeaders(pairsOf(headers)), httpVersion: '2' },
        body,
      );
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

/** Without the pseudo-headers (RFC 9113, 8.3). */
function* pairsOf(headers: IncomingHttpHeaders & IncomingHttpStatusHeader): Generator<readonly [string, string]> {
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue;
    yield [name, Array.isArray(value) ? value.join(', ') : value];
  }
}
