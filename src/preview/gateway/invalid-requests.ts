import type { PageAnswer } from '../../model/gateway.ts';
import type { GatewayRequest } from './pages.ts';

/** The answer to what cannot be read as HTTP. */
export const badRequest: PageAnswer = { status: 400, contentType: 'text/plain', body: 'The request is not valid.\n' };
const noTunnels: PageAnswer = { status: 405, contentType: 'text/plain', body: 'Nothing here is reached by CONNECT.\n' };

/**
 * The page for a request that nginx does not look for a host for: without a Host header in HTTP/1.1, or with two of them
 * (RFC 9112, 3.2), of which Node keeps the first; CONNECT. Undefined: nothing is wrong with it.
 */
export function findFault({ method, httpVersion, rawHeaders }: GatewayRequest): PageAnswer | undefined {
  if (method === 'CONNECT') return noTunnels;
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  return hosts > 1 || (hosts === 0 && httpVersion === '1.1') ? badRequest : undefined;
}
