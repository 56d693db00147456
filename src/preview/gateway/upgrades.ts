import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { PageAnswer } from '../../model/gateway.ts';
import { addressOf } from './connections.ts';
import { beginExchange } from './exchange.ts';
import { nameOfAuthority } from './hosts.ts';
import { findFault } from './invalid-requests.ts';
import { lengthOfPage, renderPage } from './pages.ts';
import { forwardedHeaders, hasBody, replaceHeaders, stripHeaders, targetOf } from './request-headers.ts';
import type { Surroundings } from './requests.ts';
import { tellProblem, edgeHeaders, pageOfFailure, routeRequest } from './routing.ts';

const otherUpgrade: PageAnswer = {
  status: 501,
  contentType: 'text/plain',
  body: 'Of all upgrades the preview knows WebSocket only, and none with a body.\n',
};
/** Octets that a client may send before the pod has agreed; RFC 6455, 4.1 has it wait. */
const mostEarly = 64 * 1024;

/**
 * Carries a WebSocket (RFC 6455) to the pod that the request's host names, to its end; other upgrades are refused. Its line
 * in the log comes at the end, as nginx writes it, and counts the bytes of the pod.
 */
export function answerUpgrade(request: IncomingMessage, head: Buffer, around: Surroundings): void {
  const { socket } = request;
  const connection = around.connections.find(socket);
  const generation = around.current();
  const { behaviour } = generation.input;
  const target = targetOf(request);
  const name = nameOfAuthority(target.authority);
  const exchange = beginExchange(
    {
      client: connection?.client ?? addressOf(socket),
      host: name,
      method: request.method ?? '',
      path: target.path,
      httpVersion: request.httpVersion,
    },
    around.now,
    around.onEntry,
  );
  connection?.begin();
  socket.once('close', () => {
    exchange.end();
  });
  let isAnswered = false;
  const sendLast = (page: PageAnswer, location?: string): void => {
    isAnswered = true;
    exchange.status = page.status;
    exchange.bytes = lengthOfPage(page);
    socket.write(renderPage(page, edgeHeaders(behaviour, location)));
    socket.destroySoon();
    connection?.rest();
  };

  const fault = findFault(request);
  if (fault !== undefined) {
    sendLast(fault);
    return;
  }
  const route = routeRequest(generation, name, { method: request.method, target }, connection?.tls);
  if (route.backend !== undefined) {
    exchange.backend = route.backend.service;
  }
  if (route.kind === 'page' && route.location !== undefined) {
    sendLast(route.page, route.location);
    return;
  }
  if (request.headers.upgrade?.toLowerCase() !== 'websocket' || request.method !== 'GET' || hasBody(request)) {
    sendLast(otherUpgrade);
    return;
  }
  if (route.kind === 'page') {
    sendLast(route.page);
    return;
  }
  const { stalledMs } = around.limits;
  const headers = {
    ...forwardedHeaders(request, target, socket.remoteAddress ?? '', connection?.tls !== undefined),
    connection: 'Upgrade',
    upgrade: 'websocket',
  };
  stripHeaders(request);
  if (connection?.tls !== undefined) replaceHeaders(request, generation.clients.headersFor(name, connection.tls));
  request.url = route.target;
  // httpxy's first look is at this very header.
  request.headers.upgrade = 'websocket';
  const early = holdEarly(socket, head, () => {
    exchange.problem = `the client sent more than ${mostEarly} octets before the pod agreed to the upgrade`;
    socket.destroy();
  });
  around.passages.upgrade(
    request,
    socket,
    Buffer.alloc(0),
    { hop: route.hop, port: route.port, headers, mayReuse: false, stalledMs },
    {
      onStart: (outgoing) => {
        socket.once('close', () => {
          outgoing.destroy();
        });
        outgoing.on('response', (answer) => {
          isAnswered = true;
          exchange.status = answer.statusCode ?? 0;
          Object.assign(answer.headers, edgeHeaders(behaviour));
          answer.on('data', (chunk: Buffer) => {
            exchange.bytes += chunk.length;
          });
        });
        outgoing.on('upgrade', (answer) => {
          isAnswered = true;
          early.putBack();
          exchange.status = 101;
          Object.assign(answer.headers, edgeHeaders(behaviour));
        });
      },
      onOpen: (pod) => {
        pod.on('data', (chunk: Buffer) => {
          exchange.bytes += chunk.length;
        });
        // A pipe ends what it writes to, but leaves it open when what it reads is destroyed.
        pod.once('close', () => {
          socket.destroySoon();
        });
        socket.once('close', () => {
          pod.destroySoon();
        });
        pod.setTimeout(stalledMs, () => {
          pod.destroy();
        });
      },
      onAnswer: () => undefined,
      onError: (error) => {
        exchange.problem ??= tellProblem(error);
        if (!isAnswered && socket.writable) {
          sendLast(pageOfFailure(error, behaviour));
        }
      },
    },
  );
}

/**
 * Reads what a client sends too early and keeps it for the pod. Left unread it would hide that the client leaves, and both
 * connections would stay.
 */
function holdEarly(socket: Socket, head: Buffer, onTooMuch: () => void): { putBack(): void } {
  let bytes = head;
  const collect = (chunk: Buffer): void => {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length > mostEarly) onTooMuch();
  };
  socket.on('data', collect);
  return {
    putBack: () => {
      socket.off('data', collect);
      socket.pause();
      if (bytes.length > 0) socket.unshift(bytes);
    },
  };
}
