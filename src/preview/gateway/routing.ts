import type { GatewayBackend, GatewayBehaviour, PageAnswer } from '../../model/gateway.ts';
import type { Generation } from './generation.ts';
import type { Hop } from './upstreams.ts';

/** Where a request goes. */
export type Route =
  | { readonly kind: 'page'; readonly page: PageAnswer; readonly backend?: GatewayBackend }
  | { readonly kind: 'hop'; readonly hop: Hop; readonly port: number; readonly backend: GatewayBackend };

/** Finds the route of a host by the name that the request asks for, whatever its ClientHello named, as nginx does. */
export function routeRequest({ input, hosts, upstreams }: Generation, name: string): Route {
  const { behaviour, findPod } = input;
  const host = hosts.forName(name);
  if (host === undefined) {
    return { kind: 'page', page: behaviour.unknownHost };
  }
  const { backend } = host;
  const upstream = upstreams.of(host);
  if (upstream.kind === 'page') {
    return { kind: 'page', page: upstream.page, backend };
  }
  const port = findPod(backend);
  return port === undefined
    ? { kind: 'page', page: behaviour.upstreamMissing, backend }
    : { kind: 'hop', hop: upstream, port, backend };
}

/**
 * The page for a hop that failed. Where nothing listens the pod would not be ready, and no endpoint of its Service; all else
 * (a certificate that is not trusted, an answer that is no TLS or no HTTP, a reset) is a bad gateway.
 */
export function pageOfFailure(error: NodeJS.ErrnoException, behaviour: GatewayBehaviour): PageAnswer {
  return error.code === 'ECONNREFUSED' ? behaviour.upstreamMissing : behaviour.upstreamRefused;
}

/** A failed hop in words for the log: `unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`. */
export function tellProblem({ message, code }: NodeJS.ErrnoException): string {
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** Headers that every answer has where TLS ends at the controller. */
export function edgeHeaders({ strictTransportSecurity }: GatewayBehaviour): Readonly<Record<string, string>> {
  return strictTransportSecurity === undefined ? {} : { 'strict-transport-security': strictTransportSecurity };
}
