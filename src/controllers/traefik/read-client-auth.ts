import type { ObjectIndex } from '../../kube/object-index.ts';
import type { GatewayClientAuth } from '../../model/gateway.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';
import type { IngressFacts } from '../ingress/read-ingresses.ts';
import { readNamedSecret } from './read-upstream.ts';

/**
 * Which clients Traefik lets in to the hosts of an Ingress, or why it leaves the whole Ingress out (v3.7.13
 * pkg/provider/kubernetes/ingress-nginx/build.go, buildClientAuthTLSOption and clientAuthTypeFromString). Without a depth: Go takes chains of
 * any length.
 */
export function readClientAuth(
  index: ObjectIndex,
  mayCrossNamespaces: boolean,
  { object, annotations }: IngressFacts,
): { readonly clientAuth?: GatewayClientAuth } | { readonly skipped: string } {
  const text = annotations[nginxKey('auth-tls-secret')];
  if (text === undefined) return {};
  if (text === '') return { skipped: 'auth-tls-secret "" is not namespace/name' };
  const found = readNamedSecret({ index, mayCrossNamespaces, ingress: object }, 'auth-tls-secret', text);
  if ('skipped' in found) return found;
  if (found.secret === undefined) return { skipped: `auth-tls-secret: Secret ${text} has no ca.crt` };
  const isForwarded = annotations[nginxKey('auth-tls-pass-certificate-to-upstream')]?.toLowerCase() === 'true';
  const common = {
    authority: { kind: 'Secret', ...found.secret, key: 'ca.crt' },
    forwards: isForwarded ? 'everything' : 'nothing',
  } as const;
  switch (annotations[nginxKey('auth-tls-verify-client')]) {
    case 'off':
      return {};
    case 'optional':
      return { clientAuth: { demands: 'optional', ...common } };
    case 'optional_no_ca':
      return { clientAuth: { demands: 'unverified', ...common } };
    case undefined:
    default:
      return { clientAuth: { demands: 'required', ...common } };
  }
}
