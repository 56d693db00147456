import type { ObjectIndex } from '../../kube/object-index.ts';
import type { GatewayPlainHttp } from '../../model/gateway.ts';
import { readBoolean } from './annotation-values.ts';
import { chooseCertificate } from './ingress-certificate.ts';
import { errorPage, type PageStyle } from './nginx-pages.ts';
import type { IngressFacts } from './read-ingresses.ts';

/** Where nginx listens inside its container. */
export const nginxPorts = { http: 80, https: 443 };

/** The redirect names no port (v1.15.1 rootfs/etc/nginx/lua/lua_ingress.lua; 0.15.0 rootfs/etc/nginx/template/nginx.tmpl). */
export function nginxRedirect(style: PageStyle): Omit<GatewayPlainHttp, 'clientPort'> {
  const page = errorPage(style, '308 Permanent Redirect');
  return { redirects: 'routes', answers: { get: page, others: page }, leadsTo: 443 };
}

/** Whether plain HTTP for a path goes on to the pod, by the Ingress that wants it. */
export type StaysInClear = (ingress: IngressFacts, path: string) => boolean;

/** Where a challenge of ACME is answered: no-tls-redirect-locations (internal/ingress/controller/config/config.go), judged by the route's path. */
export function isChallenge(path: string): boolean {
  return path.startsWith('/.well-known/acme-challenge');
}

/**
 * force-ssl-redirect redirects always, ssl-redirect, which is the default, where the host has a certificate (lua_ingress.lua,
 * redirect_to_https; nginx.tmpl of 0.15.0).
 *
 * @param certifiedBy `tls-section`: the controller's own certificate counts where the Secret is missing, and a wildcard's for the hosts
 *   that it covers (certificate.lua). `secret`: it has to be there.
 */
export function readClear(
  { index, prefix, ingresses }: { index: ObjectIndex; prefix: string; ingresses: readonly IngressFacts[] },
  certifiedBy: 'tls-section' | 'secret',
): (host: string, ofHost: readonly IngressFacts[]) => StaysInClear {
  const listsTls = (name: string): boolean =>
    ingresses.some(({ tls, rules }) => tls.length > 0 && rules.some(({ host }) => host === name));
  return (host, ofHost) => {
    const isCertified =
      certifiedBy === 'secret'
        ? listsTls(host) && chooseCertificate(index, host, ofHost).complaint === undefined
        : listsTls(host) || listsTls(host.replace(/^[^.]+/, '*'));
    return ({ annotations }, path) => {
      if (isChallenge(path)) return true;
      if (readBoolean(annotations, `${prefix}force-ssl-redirect`) === true) return false;
      return !isCertified || readBoolean(annotations, `${prefix}ssl-redirect`) === false;
    };
  };
}
