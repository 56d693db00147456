/** Where TLS ends for a service. The words follow OpenShift's Route API (edge, reencrypt, passthrough) and the article. */
export type Mode = 'terminate' | 'reencrypt' | 'passthrough';

/** In the order in which the article shows them. */
export const modes: readonly Mode[] = ['terminate', 'reencrypt', 'passthrough'];

/** What follows from a mode, and from nothing else: whoever asks where TLS ends asks here. */
interface ModeFacts {
  /** Who ends the client's connection: whose certificate clients see, and who may ask them for theirs. */
  readonly endsAt: 'controller' | 'pod';
  /** What comes to the pod. */
  readonly podSpeaks: 'http' | 'https';
  /** Whether the controller opens a TLS connection of its own to the pod, and verifies it where it can. */
  readonly hasTlsHop: boolean;
}

const factsOf: Readonly<Record<Mode, ModeFacts>> = {
  terminate: { endsAt: 'controller', podSpeaks: 'http', hasTlsHop: false },
  reencrypt: { endsAt: 'controller', podSpeaks: 'https', hasTlsHop: true },
  passthrough: { endsAt: 'pod', podSpeaks: 'https', hasTlsHop: false },
};

/** Whether the client's TLS connection ends in the pod, and not at the controller. */
export function endsInPod(mode: Mode): boolean {
  return factsOf[mode].endsAt === 'pod';
}

/** Whether a TLS connection ends in the pod, the client's or the controller's: it has a certificate of its own then. */
export function podSpeaksTls(mode: Mode): boolean {
  return factsOf[mode].podSpeaks === 'https';
}

/** Whether the controller opens a TLS connection of its own to the pod. */
export function hasTlsHop(mode: Mode): boolean {
  return factsOf[mode].hasTlsHop;
}
