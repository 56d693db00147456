import type { Config } from '../../model/config.ts';
import type { GatewayBehaviour, PageAnswer } from '../../model/gateway.ts';
import { defaultImage } from './deployment.ts';

/**
 * How v3.7.13 behaves with the settings of tls-settings.ts, tried live. The fallback certificate: pkg/tls/generate/generate.go,
 * where the domain's two first labels are random.
 */
export function behaviour(config: Config): GatewayBehaviour {
  const image = config.controller.image ?? defaultImage;
  const version = /(?:^|\/)traefik:(v\d+\.\d+\.\d+)(?:@sha256:[0-9a-f]+)?$/.exec(image)?.[1];
  return {
    product: `Traefik ${version ?? `(${image})`}`,
    fallbackCertificate: { commonName: 'TRAEFIK DEFAULT CERT', dnsNames: ['traefik.default'] },
    plainHttp: { ...notFound, text: '404 page not found' },
    unknownHost: notFound,
    // pkg/proxy/httputil/proxy.go: a failed check of a certificate is no network error. The real page has no Content-Type.
    upstreamRefused: page(500, 'Internal Server Error'),
    // pkg/server/service/loadbalancer/wrr/wrr.go, through http.Error, which adds the newline.
    upstreamMissing: page(503, 'no available server\n'),
    tlsVersions: ['TLSv1.2', 'TLSv1.3'],
    // pkg/middlewares/snicheck/snicheck.go, through http.Error.
    clientAuth: { refusesBy: 'handshake', misdirected: page(421, 'Misdirected Request\n') },
    helloReading: 'whole',
    pathReading: 'cleaned',
    knownLimits: [],
  };
}

/** Go's own page (net/http, NotFound). */
const notFound = page(404, '404 page not found\n');

/** A page as Go writes it. */
export function page(status: number, body: string): PageAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
