/** Where TLS ends for a service. The words follow OpenShift's Route API (edge, reencrypt, passthrough) and the article. */
export type Mode = 'terminate' | 'reencrypt' | 'passthrough';

/** In the order in which the article shows them. */
export const modes: readonly Mode[] = ['terminate', 'reencrypt', 'passthrough'];
