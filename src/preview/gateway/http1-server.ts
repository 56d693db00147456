import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import type { Connection } from './connections.ts';
import { badRequest } from './invalid-requests.ts';
import { renderPage } from './pages.ts';
import { answerRequest, type Surroundings } from './requests.ts';
import { edgeHeaders } from './routing.ts';
import { createTurns, type Turns } from './turns.ts';
import { answerUpgrade } from './upgrades.ts';

/**
 * Serves HTTP/1.1 over sockets that are given to it, one request of each at a time.
 *
 * @param most requests that may wait on one connection.
 */
export function createHttp1Server(
  around: Surroundings,
  most: number,
): (socket: Socket, connection: Connection) => void {
  const served = new WeakMap<Duplex, { readonly connection: Connection; readonly turns: Turns }>();
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { connection, turns } = served.get(request.socket) ?? {};
    turns?.take(response, () => {
      answerRequest(request, response, around, connection?.tls);
    });
  };
  const takeOver = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    served.get(socket)?.turns.takeOver(() => {
      answerUpgrade(request, head, around);
    });
  };
  // The Host header is looked at in invalid-requests.ts, for the log to have a line about it.
  const server = createServer(
    { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, requireHostHeader: false },
    answer,
  );
  server.timeout = around.limits.stalledMs;
  // nginx minds no other expectation than 100-continue either.
  server.on('checkExpectation', answer);
  server.on('upgrade', takeOver);
  server.on('connect', takeOver);
  server.on('clientError', (error: NodeJS.ErrnoException & { readonly reason?: string }, socket) => {
    const { connection, turns } = served.get(socket) ?? {};
    const running = turns?.running();
    // More of what could not be read, whose answer is on the way; or what stands behind the last request, whose answer is.
    if (socket.writableEnded || (error.code === 'HPE_CLOSED_CONNECTION' && running !== undefined)) return;
    const isLeaving = error.code === 'HPE_INVALID_EOF_STATE';
    // A request that runs has its own line, and a reset or an end of TLS is no matter of HTTP.
    const isTold = error.code?.startsWith('HPE_') === true && !(isLeaving && running !== undefined);
    if (connection !== undefined && isTold) {
      connection.problem ??= isLeaving
        ? 'the client left in the middle of a request'
        : `not readable as HTTP: ${error.reason ?? error.code ?? ''}`;
    }
    if (connection === undefined || !isTold || isLeaving || running?.headersSent === true) {
      socket.destroy();
      return;
    }
    socket.write(renderPage(badRequest, edgeHeaders(around.current().input.behaviour)));
    connection.finish();
  });
  return (socket, connection) => {
    const refuse = (reason: string): void => {
      connection.problem ??= reason;
      socket.destroy();
    };
    served.set(socket, { connection, turns: createTurns(socket, most, refuse) });
    connection.finish = () => {
      socket.destroySoon();
    };
    server.emit('connection', socket);
  };
}
