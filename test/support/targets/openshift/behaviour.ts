import type { GatewayBehaviour, PageAnswer } from '../../../../src/model/gateway.ts';

/** HAProxy with the error pages of openshift/router. Its default certificate is the cluster's own. */
export function behaviour(): GatewayBehaviour {
  return {
    product: 'the OpenShift router',
    fallbackCertificate: { commonName: '*.apps.cluster.test', dnsNames: ['*.apps.cluster.test'] },
    plainHttp: { ...page(400, '400 Bad request'), text: '400 Bad request' },
    unknownHost: page(503, 'Application is not available'),
    upstreamRefused: page(503, 'The application is currently not serving requests at this endpoint.'),
    upstreamMissing: page(503, 'The application is currently not serving requests at this endpoint.'),
    tlsVersions: ['TLSv1.2', 'TLSv1.3'],
    helloReading: 'whole',
    knownLimits: [],
  };
}

function page(status: number, body: string): PageAnswer {
  return { status, contentType: 'text/html', body };
}
