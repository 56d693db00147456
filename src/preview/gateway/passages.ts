import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { ProxyServer, type ProxyServerOptions } from 'httpxy';

import type { GatewayRequest, GatewayResponse } from './pages.ts';
import type { Hop } from './upstreams.ts';

/** What the proxy tells about one request on its way to a pod. */
export interface Passage {
  /** The request has a connection to the pod. */
  onStart(request: ClientRequest): void;
  /** The head of the pod's answer is there; what is changed in its headers is what the client gets. */
  onAnswer(answer: IncomingMessage): void;
  onError(error: NodeJS.ErrnoException): void;
  /** An upgraded connection to the pod is joined with the client's; nothing has flowed yet. */
  onOpen?(pod: Socket): void;
}

export interface PassageOptions {
  readonly hop: Hop;
  readonly port: number;
  /** Overwrite those of the client. */
  readonly headers: Record<string, string>;
  /** Whether a kept connection may be used; the pod may have closed it in the same moment. */
  readonly mayReuse: boolean;
  /** Milliseconds without a byte. */
  readonly stalledMs: number;
}

/** httpxy, with its events told to the request that they are about. */
export interface Passages {
  forward(request: GatewayRequest, response: GatewayResponse, options: PassageOptions, passage: Passage): void;
  upgrade(request: IncomingMessage, socket: Socket, head: Buffer, options: PassageOptions, passage: Passage): void;
}

export function createPassages(): Passages {
  const proxy = new ProxyServer<GatewayRequest, GatewayResponse>();
  const passages = new WeakMap<GatewayRequest, Passage>();
  const upgraded = new WeakMap<Socket, Passage>();
  proxy.on('proxyReq', (outgoing, request) => passages.get(request)?.onStart(outgoing));
  proxy.on('proxyReqWs', (outgoing, request) => {
    const passage = passages.get(request);
    if (passage === undefined) return;
    passage.onStart(outgoing);
    outgoing.once('upgrade', (_answer, pod) => upgraded.set(pod, passage));
  });
  proxy.on('open', (pod) => upgraded.get(pod)?.onOpen?.(pod));
  proxy.on('proxyRes', (answer, request) => passages.get(request)?.onAnswer(answer));
  proxy.on('error', (error, request) => {
    if (request !== undefined) passages.get(request)?.onError(error);
  });
  // Its promises tell the same as its events.
  const ignore = (): void => undefined;
  return {
    forward: (request, response, options, passage) => {
      passages.set(request, passage);
      proxy.web(request, response, proxyOptions(options)).catch(ignore);
    },
    upgrade: (request, socket, head, options, passage) => {
      passages.set(request, passage);
      proxy.ws(request, socket, proxyOptions(options), head).catch(ignore);
    },
  };
}

function proxyOptions({ hop, port, headers, mayReuse, stalledMs }: PassageOptions): ProxyServerOptions {
  return {
    target: { protocol: hop.scheme, host: '127.0.0.1', port },
    agent: mayReuse ? hop.agent : false,
    headers,
    secure: hop.verifies,
    // httpxy writes the request's options into this object.
    ssl: { ...hop.tls },
    proxyTimeout: stalledMs,
    upgradeTimeout: stalledMs,
  };
}
