import type { IncomingMessage } from 'node:http';

import type { GatewayRequest } from './pages.ts';

/** Of one connection and no other (RFC 9110, 7.6.1). Node throws at some of them in an answer by HTTP/2 (RFC 9113, 8.2.2). */
const hopHeaders = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade', 'http2-settings'];
/** What nginx keeps from pods besides: Expect, and Proxy (CVE-2016-5385). */
const keptBack = [...hopHeaders, 'expect', 'proxy'];

/** What a client wants, read once. */
export interface Target {
  /** As the client wrote it, port included. */
  readonly authority: string;
  /** Path and query. */
  readonly path: string;
}

/**
 * Where a request goes. The absolute form has its own authority, which replaces that of the Host header (RFC 9112, 3.2.2).
 */
export function targetOf(request: GatewayRequest): Target {
  const { ':authority': authority, host } = request.headers;
  const url = request.url ?? '/';
  const [, own, path] = /^https?:\/\/([^/?#]+)(.*)$/i.exec(url) ?? [];
  if (own !== undefined && path !== undefined) {
    return { authority: own, path: path.startsWith('/') ? path : `/${path}` };
  }
  return { authority: typeof authority === 'string' ? authority : (host ?? ''), path: url };
}

/** Whether a body follows: by the framing in HTTP/1.1, by the end of the stream in HTTP/2. */
export function hasBody(request: GatewayRequest): boolean {
  if ('stream' in request) {
    return !request.stream.endAfterHeaders;
  }
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/** Takes away what the pod must not get; httpxy passes the rest on. */
export function stripHeaders({ headers, httpVersion }: GatewayRequest): void {
  const options = (headers.connection ?? '').toLowerCase().split(/[\s,]+/);
  // HTTP/1.0 ends a connection that it is not asked to keep (RFC 9112, 9.3).
  const isLast = options.includes('close') || (httpVersion === '1.0' && !options.includes('keep-alive'));
  remove(headers, keptBack);
  // Nothing else of it concerns the pod; httpxy answers the client by it.
  headers.connection = isLast ? 'close' : 'keep-alive';
}

/** Puts headers in the place of the client's own; an undefined one is taken away. */
export function replaceHeaders(
  { headers }: GatewayRequest,
  values: Readonly<Record<string, string | undefined>>,
): void {
  remove(headers, Object.keys(values));
  Object.assign(headers, Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)));
}

/** Takes away from a pod's answer what is between the gateway and the pod alone. */
export function stripAnswerHeaders({ headers }: IncomingMessage): void {
  remove(headers, hopHeaders);
}

/** httpxy copies the very object that it finds, so it is changed and not replaced. */
function remove(headers: GatewayRequest['headers'], names: readonly string[]): void {
  for (const name of names) {
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- see above
    delete headers[name];
  }
}

/**
 * What the gateway tells the pod, as ingress-nginx does (rootfs/etc/nginx/template/nginx.tmpl: proxy_set_header): a client's
 * own words about these are replaced, and the port is the one that the scheme has by convention.
 *
 * @param client address of the client, without its port.
 */
export function forwardedHeaders(
  request: GatewayRequest,
  { authority }: Target,
  client: string,
  isSecure: boolean,
): Record<string, string> {
  const scheme = isSecure ? 'https' : 'http';
  return {
    host: authority,
    'x-real-ip': client,
    'x-forwarded-for': client,
    'x-forwarded-host': authority,
    'x-forwarded-port': isSecure ? '443' : '80',
    'x-forwarded-proto': scheme,
    'x-forwarded-scheme': scheme,
    'x-scheme': scheme,
    // HTTP/2 frames a body by itself. Without a framing in HTTP/1.1 it would read as a second request.
    ...('stream' in request && hasBody(request) && request.headers['content-length'] === undefined
      ? { 'transfer-encoding': 'chunked' }
      : {}),
  };
}
