import type { GatewayBehaviour } from '../../model/gateway.ts';

/** A request's path as routes are compared with it, and path and query as the pod gets them. */
interface ReadPath {
  readonly path: string;
  readonly target: string;
}

/**
 * Reads the path of a request as the controller does; undefined where it answers that the request is not valid. What does not begin
 * with a slash (`OPTIONS *`) is left alone.
 * @param target path and query, as the client wrote them.
 */
export function readPath(target: string, reading: GatewayBehaviour['pathReading']): ReadPath | undefined {
  const [, written = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(target) ?? [];
  if (reading === undefined || !written.startsWith('/')) return { path: written, target };
  if (/%(?![0-9a-f]{2})/i.test(written)) return undefined;
  return reading === 'decoded' ? readDecoded(written, target) : readCleaned(written, rest);
}

/**
 * Every escape is decoded before slashes are merged and dots resolved, and what would lead above the root is refused
 * (nginx@1.27.1 src/http/ngx_http_parse.c, ngx_http_parse_complex_uri). proxy_pass without a URI sends on what the client wrote.
 */
function readDecoded(written: string, target: string): ReadPath | undefined {
  const decoded = decode(written, () => true);
  if (decoded.includes('\0')) return undefined;
  const path = resolveDots(decoded, 'refuse');
  return path === undefined ? undefined : { path, target };
}

const unreserved = /[A-Za-z0-9._~-]/;
const reserved = /[:/?#[\]@!$&'()*+,;=%]/;

/**
 * Escapes of unreserved characters are decoded, then slashes merged and dots resolved; what is left of escapes is decoded for the
 * comparison alone, and reserved characters never: /a%2Fb is not below /a (traefik@v3.7.13 pkg/server/server_entrypoint_tcp.go,
 * normalizePath and sanitizePath; pkg/muxer/http/mux.go, withRoutingPath). A fragment is refused (denyFragment).
 */
function readCleaned(written: string, rest: string): ReadPath | undefined {
  if (rest.startsWith('#')) return undefined;
  const normalized = decode(written, (character) => unreserved.test(character));
  const cleaned = resolveDots(normalized, 'stay');
  if (cleaned === undefined) return undefined;
  // net/url, JoinPath: a dot at the end leaves no slash.
  const shown = /\/\.{1,2}$/.test(normalized) ? cleaned.replace(/(?<=.)\/$/, '') : cleaned;
  return { path: decode(shown, (character) => !reserved.test(character)), target: shown + rest };
}

/** Decodes those escapes whose character is to be decoded; each octet is a character, as in Node's texts of headers. */
function decode(path: string, isDecoded: (character: string) => boolean): string {
  return path.replaceAll(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(parseInt(escape.slice(1), 16));
    return isDecoded(character) ? character : escape.toUpperCase();
  });
}

/** @param above what becomes of `..` at the root. */
function resolveDots(path: string, above: 'refuse' | 'stay'): string | undefined {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    const isDots = segment === '.' || segment === '..';
    if (segment === '..' && kept.pop() === undefined && above === 'refuse') return undefined;
    if (isLast && (isDots || segment === '')) kept.push('');
    else if (!isDots && segment !== '') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}
