import type { TLSSocket } from 'node:tls';

import type { GatewayBackend, GatewayBehaviour, PageAnswer } from '../../model/gateway.ts';
import type { Generation } from './generation.ts';
import { badRequest } from './invalid-requests.ts';
import { readPath } from './request-path.ts';
import { isRedirected, redirectTo } from './redirect.ts';
import type { Target } from './request-headers.ts';
import type { Hop } from './upstreams.ts';

/** Where a request goes. */
export type Route =
  | {
      readonly kind: 'page';
      readonly page: PageAnswer;
      readonly backend?: GatewayBackend;
      /** Where the page leads. */
      readonly location?: string;
    }
  | {
      readonly kind: 'hop';
      readonly hop: Hop;
      readonly port: number;
      readonly backend: GatewayBackend;
      /** Path and query as the pod gets them. */
      readonly target: string;
    };

/**
 * Finds the location for a request by the name that it asks for, whatever its ClientHello named, as nginx does, and by its path.
 * @param tls the connection by which it came; undefined: in clear.
 */
export function routeRequest(
  {
    input,
    hosts,
    upstreams,
    clients,
    redirect,
  }: Pick<Generation, 'input' | 'hosts' | 'upstreams' | 'clients' | 'redirect'>,
  name: string,
  { method, target }: { readonly method: string | undefined; readonly target: Target },
  tls: TLSSocket | undefined,
): Route {
  const { behaviour, findPod } = input;
  const read = readPath(target.path, behaviour.pathReading);
  if (read === undefined) return { kind: 'page', page: badRequest };
  const { path } = read;
  const host = hosts.forName(name);
  const refusal = host === undefined || tls === undefined ? undefined : clients.pageFor(host, name, tls);
  if (refusal !== undefined) return { kind: 'page', page: refusal };
  const location = host?.locations.find((each) =>
    each.type === 'exact' ? path === each.path : path.startsWith(each.path),
  );
  if (redirect !== undefined && isRedirected(redirect, name, host, location))
    return { kind: 'page', ...redirectTo(redirect, method, target) };
  if (location === undefined) {
    return { kind: 'page', page: behaviour.unknownHost };
  }
  const { backend } = location;
  const upstream = upstreams.of(location);
  if (upstream.kind === 'page') {
    return { kind: 'page', page: upstream.page, backend };
  }
  const port = findPod(backend);
  return port === undefined
    ? { kind: 'page', page: behaviour.upstreamMissing, backend }
    : { kind: 'hop', hop: upstream, port, backend, target: read.target };
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

/** Headers of an answer that is the controller's own, or the pod's where TLS ends at the controller. */
export function edgeHeaders(
  { strictTransportSecurity }: GatewayBehaviour,
  location?: string,
): Readonly<Record<string, string>> {
  return {
    ...(strictTransportSecurity === undefined ? {} : { 'strict-transport-security': strictTransportSecurity }),
    ...(location === undefined ? {} : { location }),
  };
}
