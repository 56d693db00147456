import type { GatewayBehaviour, KnownLimit } from '../../model/gateway.ts';
import { helloLimits } from '../ingress/hello-limits.ts';
import { clientAuthPages, errorPage, plainHttpPage, type PageStyle } from '../ingress/nginx-pages.ts';

/** What to do where hellos come in pieces. */
export const helloRemedy =
  'Choose profile traefik, which waits for the rest, or profile ingress-nginx with controller.image set to a fork that reads the whole hello.';

/** What to do where requests get to a passthrough service's pod that were not passed through. */
export const secondWayRemedy =
  'Have the pod demand client certificates, which this way brings none, or choose a later controller.';

/** nginx has a server for the host too, and speaks TLS to its pod by the annotation for passthrough alone (read-routes.ts). */
const secondWay: KnownLimit = {
  check: 'foreign-host',
  issue: 'buildProxyPass in its template.go',
  meaning:
    'Requests that name the host in their Host header alone, and no host or another one in the TLS hello, reach the pod through the controller, which reads them.',
  remedy: secondWayRemedy,
};

export const style: PageStyle = { signature: 'nginx/1.13.12', bodyTag: '<body bgcolor="white">' };

/** How 0.15.0 behaves with empty ConfigMaps (internal/ingress/controller/config/config.go of df61bd756). */
export function behaviour(): GatewayBehaviour {
  return {
    product: 'ingress-nginx 0.15.0',
    fallbackCertificate: {
      commonName: 'Kubernetes Ingress Controller Fake Certificate',
      organization: 'Acme Co',
      dnsNames: ['ingress.local'],
    },
    plainHttp: plainHttpPage(style),
    // The default backend's own words (kubernetes/ingress-gce cmd/404-server, image defaultbackend:1.4).
    unknownHost: { status: 404, contentType: 'text/plain; charset=utf-8', body: 'default backend - 404' },
    upstreamRefused: errorPage(style, '502 Bad Gateway'),
    upstreamMissing: errorPage(style, '503 Service Temporarily Unavailable'),
    tlsVersions: ['TLSv1.2'],
    // `return 503;` for each of its locations (rootfs/etc/nginx/template/nginx.tmpl, Denied).
    clientAuth: clientAuthPages(style, errorPage(style, '503 Service Temporarily Unavailable')),
    helloReading: 'first-read',
    pathReading: 'decoded',
    strictTransportSecurity: 'max-age=15724800; includeSubDomains',
    knownLimits: [...helloLimits(helloRemedy), secondWay],
  };
}
