import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

import type { PageAnswer } from '../../model/gateway.ts';

/** A request as it comes by HTTP/1.1 or by HTTP/2. */
export type GatewayRequest = IncomingMessage | Http2ServerRequest;
export type GatewayResponse = ServerResponse | Http2ServerResponse;

/** Answers a request with a page, and takes what the client still sends. */
export function sendPage(
  request: GatewayRequest,
  response: GatewayResponse,
  page: PageAnswer,
  headers: Readonly<Record<string, string>>,
): void {
  response.statusCode = page.status;
  for (const [name, value] of Object.entries({ ...headers, ...pageHeaders(page) })) {
    response.setHeader(name, value);
  }
  // An HTTP/2 stream stands still when nobody reads it, and its client with it.
  request.resume();
  if (request.method === 'HEAD') {
    response.end();
  } else {
    response.end(page.body);
  }
}

/** A whole HTTP/1.1 answer, for a socket that no HTTP server reads; the connection ends with it. */
export function renderPage(page: PageAnswer, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ ...headers, ...pageHeaders(page), connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return [`HTTP/1.1 ${page.status} ${STATUS_CODES[page.status] ?? 'Unknown'}`, ...lines, '', page.body].join('\r\n');
}

/** Octets of a page's body. */
export function lengthOfPage(page: PageAnswer): number {
  return Buffer.byteLength(page.body);
}

function pageHeaders(page: PageAnswer): Readonly<Record<string, string>> {
  return { 'content-type': page.contentType, 'content-length': String(lengthOfPage(page)) };
}
