import type { ControllerWords } from '../../../../src/model/controller-profile.ts';

export const words: ControllerWords = {
  routeResources: 'httproute,tlsroute,backendtlspolicy',
  routeResource: (mode) => (mode === 'passthrough' ? 'tlsroute' : 'httproute'),
  whyUnrouted: (config) => `its route is missing, or Gateway ${config.controller.name} does not accept it`,
  whyNotPassedThrough: 'its TLSRoute or the listener in mode Passthrough is missing',
  whyPlainToPod: 'its BackendTLSPolicy is missing, or names another port',
  whyUnverified: (source) => `Its BackendTLSPolicy names another authority than ${source}`,
  undoPassthrough: (host) => `take the TLSRoute of ${host} away`,
  keepToPassthrough: 'take the HTTPRoute of a passthrough host away',
  undoClientAuth: 'take frontend validation off the Gateway',
  undoRedirect: 'look for a RequestRedirect among the filters of its HTTPRoute',
  http2Setting: () => 'a TLSOption without h2',
  allowTlsVersions: (_config, versions) => `allow ${versions.join(' ')} at the controller`,
  tellClientAddress: () => 'take what sets X-Forwarded-For off the way to the controller',
  unknownNamesSetting: (config) => `the routes of Gateway ${config.controller.name} that have no hostname`,
};
