import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { answerReader, createBodyStart, joinHeaders, userAgent } from './answer.ts';
import type { Attempt } from './attempt.ts';

/** What is asked for. */
export interface GetRequest {
  readonly host: string;
  readonly path: string;
}

/** One GET in HTTP/1.1 over a connection that stands; done when the body has ended or enough of it was read. */
export function getHttp1(socket: Socket, { host, path }: GetRequest, attempt: Attempt): Promise<void> {
  attempt.stage = 'response';
  return new Promise((resolve) => {
    const outgoing = request({
      createConnection: () => socket,
      method: 'GET',
      path,
      headers: { host, 'user-agent': userAgent, accept: '*/*', connection: 'close' },
      insecureHTTPParser: false,
    });
    outgoing.on('error', attempt.fail);
    outgoing.on('response', (response) => {
      readResponse(response, attempt, resolve);
    });
    // 101 to a request that asked for no other protocol: odd, but a status.
    outgoing.on('upgrade', (response) => {
      readResponse(response, attempt, resolve);
      resolve();
    });
    outgoing.end();
  });
}

function readResponse(response: IncomingMessage, { seen }: Attempt, done: () => void): void {
  const body = createBodyStart();
  seen.readAnswer = answerReader(
    {
      status: response.statusCode ?? 0,
      headers: joinHeaders(pairsOf(response.rawHeaders)),
      httpVersion: response.httpVersion === '1.0' ? '1.0' : '1.1',
    },
    body,
  );
  response.on('data', (chunk: Buffer) => {
    if (body.add(chunk)) done();
  });
  response.on('end', done);
  response.on('error', done);
  response.on('close', done);
}

/** rawHeaders has names and values in turn. */
function* pairsOf(raw: readonly string[]): Generator<readonly [string, string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? ''];
}
