import type { Config } from '../../model/config.ts';
import type { GatewayBehaviour } from '../../model/gateway.ts';
import { helloLimits } from '../ingress/hello-limits.ts';
import { clientAuthPages, errorPage, plainHttpPage, type PageStyle } from '../ingress/nginx-pages.ts';
import { defaultImage } from './deployment.ts';

/** v1.15.1 says server_tokens off, so no page names a version (internal/ingress/controller/config/config.go, ShowServerTokens). */
export const style: PageStyle = { signature: 'nginx', bodyTag: '<body>' };

/**
 * How v1.15.1 behaves with the ConfigMap of config-map.ts: TLS versions, HSTS without includeSubDomains for a year. What the
 * fake certificate says: internal/net/ssl/ssl.go.
 */
export function behaviour(config: Config): GatewayBehaviour {
  const image = config.controller.image ?? defaultImage;
  const release = upstreamRelease(image);
  return {
    product: `ingress-nginx ${release ?? `(${image})`}`,
    fallbackCertificate: {
      commonName: 'Kubernetes Ingress Controller Fake Certificate',
      organization: 'Acme Co',
      dnsNames: ['ingress.local'],
    },
    plainHttp: plainHttpPage(style),
    unknownHost: errorPage(style, '404 Not Found'),
    upstreamRefused: errorPage(style, '502 Bad Gateway'),
    upstreamMissing: errorPage(style, '503 Service Temporarily Unavailable'),
    tlsVersions: ['TLSv1.2', 'TLSv1.3'],
    pathReading: 'decoded',
    // `return 403;` for the whole server (rootfs/etc/nginx/template/nginx.tmpl, AuthTLSError).
    clientAuth: clientAuthPages(style, errorPage(style, '403 Forbidden')),
    strictTransportSecurity: 'max-age=31536000',
    ...(release === undefined
      ? { helloReading: 'whole', knownLimits: [] }
      : {
          helloReading: 'first-read',
          knownLimits: helloLimits(
            'Choose profile traefik, or set controller.image to a fork that reads the whole hello, for instance forkline/ingress-nginx.',
          ),
        }),
  };
}

/**
 * The version of an image of the project's own, wherever it was copied to: no release of it reads a hello that comes in pieces.
 * Of any other image nothing is known. A fork is chosen to have the fix, so nothing is forgiven it.
 */
function upstreamRelease(image: string): string | undefined {
  return /(?:^|\/)ingress-nginx\/controller(?:-chroot)?:(v1\.\d+\.\d+)(?:@sha256:[0-9a-f]+)?$/.exec(image)?.[1];
}
