import type { ClientRequest } from 'node:http';
import type { TLSSocket } from 'node:tls';

import type { AccessEntry } from '../../model/preview.ts';
import { addressOf, type Connections } from './connections.ts';
import { beginExchange, clientLeft, type Exchange } from './exchange.ts';
import type { Generation } from './generation.ts';
import { nameOfAuthority } from './hosts.ts';
import { passGrpc } from './grpc-passage.ts';
import { findFault } from './invalid-requests.ts';
import type { Limits } from './limits.ts';
import { lengthOfPage, sendPage, type GatewayRequest, type GatewayResponse } from './pages.ts';
import type { Passage, PassageOptions, Passages } from './passages.ts';
import {
  forwardedHeaders,
  hasBody,
  replaceHeaders,
  stripAnswerHeaders,
  stripHeaders,
  targetOf,
} from './request-headers.ts';
import { tellProblem, edgeHeaders, pageOfFailure, routeRequest } from './routing.ts';

/** What requests and upgrades need of the gateway around them. */
export interface Surroundings {
  readonly current: () => Generation;
  readonly connections: Connections;
  readonly passages: Passages;
  readonly limits: Limits;
  readonly now: () => Date;
  readonly onEntry: (entry: AccessEntry) => void;
}

/** May be sent a second time when a kept connection turns out to be closed. */
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS']);
const closedUnderway = new Set(['ECONNRESET', 'EPIPE']);

/**
 * Answers a request, by HTTP/1.1 or HTTP/2, with what the current table says.
 * @param tls the connection by which it came: HTTP/2 hides it from its requests.
 */
export function answerRequest(
  request: GatewayRequest,
  response: GatewayResponse,
  around: Surroundings,
  tls: TLSSocket | undefined,
): void {
  const connection = around.connections.find(request.socket);
  const generation = around.current();
  const target = targetOf(request);
  const name = nameOfAuthority(target.authority);
  const exchange = beginExchange(
    {
      client: connection?.client ?? addressOf(request.socket),
      host: name,
      method: request.method ?? '',
      path: target.path,
      httpVersion: request.httpVersion,
    },
    around.now,
    around.onEntry,
  );
  connection?.begin();
  response.once('close', () => {
    exchange.status = response.headersSent ? response.statusCode : clientLeft;
    exchange.end();
    connection?.rest();
  });

  const fault = findFault(request);
  if (fault !== undefined) {
    exchange.bytes = request.method === 'HEAD' ? 0 : lengthOfPage(fault);
    // HTTP/2 has no such header (RFC 9113, 8.2.2).
    sendPage(request, response, fault, {
      ...edgeHeaders(generation.input.behaviour),
      ...('stream' in request ? {} : { connection: 'close' }),
    });
    return;
  }
  const route = routeRequest(generation, name, { method: request.method, target }, tls);
  if (route.backend !== undefined) {
    exchange.backend = route.backend.service;
  }
  if (route.kind === 'page') {
    exchange.bytes = request.method === 'HEAD' ? 0 : lengthOfPage(route.page);
    sendPage(request, response, route.page, edgeHeaders(generation.input.behaviour, route.location));
    return;
  }
  const body = hasBody(request);
  const headers = forwardedHeaders(request, target, request.socket.remoteAddress ?? '', tls !== undefined);
  stripHeaders(request);
  if (tls !== undefined) replaceHeaders(request, generation.clients.headersFor(name, tls));
  request.url = route.target;
  if (route.hop.isGrpc && 'stream' in request) {
    const { behaviour } = generation.input;
    passGrpc(request.stream, {
      hop: route.hop,
      port: route.port,
      headers: { ...request.headers, ...headers, te: 'trailers' },
      method: request.method,
      path: route.target,
      stalledMs: around.limits.stalledMs,
      ownHeaders: edgeHeaders(behaviour),
      onBytes: (count) => {
        exchange.bytes += count;
      },
      onError: (error) => {
        exchange.problem = tellProblem(error);
        sendPage(request, response, pageOfFailure(error, behaviour), edgeHeaders(behaviour));
      },
    });
    return;
  }
  const mayReuse = !body && repeatable.has(request.method ?? '');
  // A client that closes its own connection says nothing about the hop.
  const hopHeaders = mayReuse ? { ...headers, connection: 'keep-alive' } : headers;
  const options = {
    hop: route.hop,
    port: route.port,
    headers: hopHeaders,
    mayReuse,
    stalledMs: around.limits.stalledMs,
  };
  forward(request, response, { options, exchange, generation, passages: around.passages });
}

function forward(
  request: GatewayRequest,
  response: GatewayResponse,
  way: {
    readonly options: PassageOptions;
    readonly exchange: Exchange;
    readonly generation: Generation;
    readonly passages: Passages;
  },
): void {
  const { options, exchange, generation, passages } = way;
  const { behaviour } = generation.input;
  let outgoing: ClientRequest | undefined;
  let mayRepeat = options.mayReuse;
  const passage: Passage = {
    onStart: (started) => {
      outgoing = started;
      // Without a listener Node would end the hop without a word, and the client would wait.
      started.once('upgrade', (_answer, pod) => {
        pod.destroy();
        passage.onError(new Error('the pod upgraded a connection that nobody asked it to'));
      });
    },
    onAnswer: (answer) => {
      stripAnswerHeaders(answer);
      Object.assign(answer.headers, edgeHeaders(behaviour));
      // Node throws at what no answer may have, where nobody could catch it: control characters in the words after the
      // status, and a status of no class of answers (RFC 9110, 15).
      answer.statusMessage = '';
      const { statusCode = 0 } = answer;
      answer.statusCode = statusCode < 200 || statusCode > 599 ? 502 : statusCode;
      answer.on('data', (chunk: Buffer) => {
        exchange.bytes += chunk.length;
      });
    },
    onError: (error) => {
      if (
        mayRepeat &&
        outgoing?.reusedSocket === true &&
        closedUnderway.has(error.code ?? '') &&
        !response.headersSent
      ) {
        mayRepeat = false;
        passages.forward(request, response, options, passage);
        return;
      }
      exchange.problem = tellProblem(error);
      if (response.headersSent) {
        // An answer that has begun can only be cut.
        response.destroy();
      } else if (!response.destroyed) {
        const page = pageOfFailure(error, behaviour);
        exchange.bytes = request.method === 'HEAD' ? 0 : lengthOfPage(page);
        sendPage(request, response, page, edgeHeaders(behaviour));
      }
    },
  };
  passages.forward(request, response, options, passage);
}
