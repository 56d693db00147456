import type { ControllerWords } from '../../model/controller-profile.ts';
import { listenerOf } from './names.ts';

/** What is the same in every implementation. */
export const gatewayWords: Omit<
  ControllerWords,
  'http2Setting' | 'allowTlsVersions' | 'tellClientAddress' | 'unknownNamesSetting'
> = {
  routeResources: 'httproute,tlsroute,backendtlspolicy',
  routeResource: (mode) => listenerOf(mode).kind.toLowerCase(),
  whyUnrouted: (config) => `its route is missing, or Gateway ${config.controller.name} does not accept it`,
  whyNotPassedThrough: 'its TLSRoute is missing, or the listener tls of the Gateway',
  whyPlainToPod: 'its BackendTLSPolicy is missing, or names no port of the Service',
  whyUnverified: (source) => `Its BackendTLSPolicy names another authority than ${source}`,
  undoPassthrough: (host) => `take the TLSRoute of ${host} away`,
  keepToPassthrough: 'take the HTTPRoute of a passthrough host away',
  undoClientAuth: 'take frontend validation off the Gateway',
  undoRedirect: 'look for a RequestRedirect among the filters of its HTTPRoute',
};
