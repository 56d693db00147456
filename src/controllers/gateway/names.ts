import type { Config } from '../../model/config.ts';
import { endsInPod, type Mode } from '../../model/mode.ts';

export const apiGroup = 'gateway.networking.k8s.io';

/** Of all kinds but ReferenceGrant (gateway-api@v1.6.1 config/crd/standard). */
export const apiVersion = `${apiGroup}/v1`;

/** Stored and served by every version since 0.5; v1 came with 1.5. */
export const grantVersion = `${apiGroup}/v1beta1`;

export const listenerNames = { https: 'https', tls: 'tls' } as const;

/** The listener that a service's route names, and the kind of that route. */
export function listenerOf(mode: Mode): { readonly listener: string; readonly kind: 'HTTPRoute' | 'TLSRoute' } {
  return endsInPod(mode)
    ? { listener: listenerNames.tls, kind: 'TLSRoute' }
    : { listener: listenerNames.https, kind: 'HTTPRoute' };
}

/** The Gateway lies where the wildcard's Secret does, so that nobody has to be granted a reference to it. */
export function gatewayPlace({ controller: { name }, namespace }: Config): {
  readonly name: string;
  readonly namespace: string;
} {
  return { name, namespace };
}
