import type { ControllerWords } from '../../../../src/model/controller-profile.ts';

export const words: ControllerWords = {
  routeResources: 'route',
  routeResource: () => 'route',
  whyUnrouted: () => 'its Route is missing, or no router admits it',
  whyNotPassedThrough: 'its Route is not of termination passthrough',
  whyPlainToPod: 'its Route is not of termination reencrypt',
  whyUnverified: (source) => `destinationCACertificate of its Route is another than ${source}`,
  undoPassthrough: (host) => `give the Route of ${host} another termination`,
  keepToPassthrough: 'look for a second Route of the same host',
  undoClientAuth: 'take spec.clientTLS off the IngressController',
  undoRedirect: 'look for a Route with insecureEdgeTerminationPolicy Redirect in front of it',
  http2Setting: () => 'the annotation ingress.operator.openshift.io/default-enable-http2 of the IngressController',
  allowTlsVersions: (_config, versions) =>
    `allow ${versions.join(' ')} by spec.tlsSecurityProfile of the IngressController`,
  tellClientAddress: () => 'let the load balancer before the router speak the PROXY protocol',
  unknownNamesSetting: () => 'a Route with wildcardPolicy Subdomain',
};
