import type { IncomingMessage } from 'node:http';

import type { PageAnswer } from '../../model/gateway.ts';
import { addressOf } from './connections.ts';
import { beginExchange } from './exchange.ts';
import { nameOfAuthority } from './hosts.ts';
import { findFault } from './invalid-requests.ts';
import { lengthOfPage, renderPage } from './pages.ts';
import { forwardedHeaders, stripHeaders, targetOf } from './request-headers.ts';
import type { Surroundings } from './requests.ts';
import { describeProblem, edgeHeaders, pageOfFailure, routeRequest } from './routing.ts';

const otherUpgrade: PageAnswer = { status: 501, contentType: 'text/plain', body: 'Of all upgrades the preview knows WebSocket only.\n' };

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
  const sendLast = (page: PageAnswer): void => {
    isAnswered = true;
    exchange.status = page.status;
    exchange.bytes = lengthOfPage(page);
    socket.write(renderPage(page, edgeHeaders(behaviour)));
    socket.destroySoon();
    connection?.rest();
  };

  const fault = findFault(request);
  if (fault !== undefined) {
    sendLast(fault);
    return;
  }
  const route = routeRequest(generation, name);
  if (route.backend !== undefined) {
    exchange.backend = route.backend.service;
  }
  if (request.headers.upgrade?.toLowerCase() !== 'websocket' || request.method !== 'GET') {
    sendLast(otherUpgrade);
    return;
  }
  if (route.kind === 'page') {
    sendLast(route.page);
    return;
  }
  const { stalledMs } = around.limits;
  const headers = { ...forwardedHeaders(request, target, socket.remoteAddress ?? ''), connection: 'Upgrade', upgrade: 'websocket' };
  stripHeaders(request);
  request.url = target.path;
  // httpxy's first look is at this very header.
  request.headers.upgrade = 'websocket';
  around.passages.upgrade(
    request,
    socket,
    head,
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
        exchange.problem = describeProblem(error);
        if (!isAnswered && socket.writable) {
          sendLast(pageOfFailure(error, behaviour));
        }
      },
    },
  );
}
