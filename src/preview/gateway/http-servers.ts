import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2Session,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';

import type { Connection } from './connections.ts';
import { createHttp1Server } from './http1-server.ts';
import { answerRequest, type Surroundings } from './requests.ts';

/** Of one connection at once: streams as nginx has it (http2_max_concurrent_streams), and as many sent ahead by HTTP/1.1. */
export const mostRequests = 128;

/** Serves HTTP over sockets whose TLS handshake is done. */
export interface HttpServers {
  serve(socket: TLSSocket, connection: Connection): void;
}

/**
 * One server for each version of HTTP, neither of which listens: sockets are given to them as their `connection` event.
 * Node's own limits of idle connections count in servers that listen (node@20 lib/_http_server.js: setupConnectionsTracking),
 * so they are off, and the limits of connections.ts hold.
 */
export function createHttpServers(around: Surroundings): HttpServers {
  const { stalledMs } = around.limits;
  const serveHttp1 = createHttp1Server(around, mostRequests);
  const bySession = new WeakMap<Http2Session, TLSSocket>();
  const answer = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    const { session } = request.stream;
    answerRequest(request, response, around, session === undefined ? undefined : bySession.get(session));
  };
  const http2 = createHttp2Server({ settings: { maxConcurrentStreams: mostRequests } }, answer);
  // Node would answer these itself, and the log would have no line.
  http2.on('checkExpectation', answer).on('connect', answer);

  return {
    serve: (socket, connection) => {
      if (socket.alpnProtocol !== 'h2') {
        serveHttp1(socket, connection);
        return;
      }
      const onSession = (session: ServerHttp2Session): void => {
        bySession.set(session, socket);
        session.setTimeout(stalledMs, () => {
          session.destroy();
        });
        connection.finish = () => {
          if (session.closed) {
            session.destroy();
          } else {
            session.close();
          }
        };
      };
      // The session is made, and its event sent, before `emit` returns.
      http2.once('session', onSession);
      http2.emit('connection', socket);
      http2.off('session', onSession);
    },
  };
}
