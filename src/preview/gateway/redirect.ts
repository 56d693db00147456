import type { GatewayHost, GatewayLocation, GatewayPlainHttp, PageAnswer } from '../../model/gateway.ts';
import type { Target } from './request-headers.ts';

/** How plain HTTP is redirected by this gateway, on a port of its own. */
export interface Redirect {
  readonly plainHttp: GatewayPlainHttp;
  /** Where the gateway ends TLS: stands for the port that clients of the controller see. */
  readonly port: number;
}

/** Whether a request in clear is redirected. Traefik matches no request without a host (pkg/provider/traefik/internal.go, redirection). */
export function isRedirected(
  { plainHttp }: Redirect,
  name: string,
  host: GatewayHost | undefined,
  location: GatewayLocation | undefined,
): boolean {
  if (plainHttp.redirects === 'everything') return name !== '';
  return host !== undefined && (location ?? host).inClear !== true;
}

/** The answer, and where it leads. */
export function redirectTo(
  { plainHttp, port }: Redirect,
  method: string | undefined,
  { authority, path }: Target,
): { readonly page: PageAnswer; readonly location: string } {
  const { answers, leadsTo, clientPort, cutsSlash } = plainHttp;
  // Another port than clients see is a mistake, which shows here as it would there.
  const seen = leadsTo === clientPort ? port : leadsTo;
  const host = authority.replace(/:\d*$/, '');
  return {
    page: method === 'GET' ? answers.get : answers.others,
    location: `https://${host}${seen === 443 ? '' : `:${seen}`}${cutsSlash === true ? path.replace(/\/$/, '') : path}`,
  };
}
