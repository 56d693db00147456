import { printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { GatewayUpstream, NamedObject } from '../../model/gateway.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';
import type { IngressFacts } from '../ingress/read-ingresses.ts';

/** How Traefik speaks to the pods of an Ingress, or why it leaves the whole Ingress out. */
export type ReadUpstream =
  { readonly upstream: GatewayUpstream; readonly complaints: readonly string[] } | { readonly skipped: string };

/**
 * v3.7.13 pkg/provider/kubernetes/ingress-nginx/build.go, buildServersTransport and certificateBlocks. Values are taken as they
 * stand, blanks included.
 */
export function readUpstream(
  index: ObjectIndex,
  mayCrossNamespaces: boolean,
  { object, annotations }: IngressFacts,
): ReadUpstream {
  const value = (key: string): string | undefined => annotations[nginxKey(key)];
  const protocol = (value('backend-protocol') ?? 'HTTP').toUpperCase();
  switch (protocol) {
    case 'HTTPS':
    case 'GRPCS':
      break;
    case 'GRPC':
      return { upstream: { scheme: 'http', isGrpc: true }, complaints: [] };
    case 'HTTP':
      return { upstream: { scheme: 'http' }, complaints: [] };
    default:
      return {
        upstream: { scheme: 'http' },
        complaints: [`backend-protocol ${protocol} is not known to Traefik, so the pod gets plain HTTP`],
      };
  }
  const authority = readNamedSecret(
    { index, mayCrossNamespaces, ingress: object },
    'proxy-ssl-secret',
    value('proxy-ssl-secret') ?? '',
  );
  if ('skipped' in authority) return authority;
  // The second one is meant as a switch and read as a name: "on" becomes the name of the pods.
  const name = value('proxy-ssl-name') ?? value('proxy-ssl-server-name') ?? '';
  const ofHop = {
    ...(protocol === 'GRPCS' && { isGrpc: true as const }),
    ...(name !== '' && { serverName: name }),
    ...(authority.client !== undefined && { client: authority.client }),
  };
  if (value('proxy-ssl-verify')?.toLowerCase() !== 'on') {
    return {
      upstream: { scheme: 'https', ...ofHop },
      complaints: ['the TLS connection to the pod is not verified'],
    };
  }
  if (authority.secret === undefined) {
    const reason =
      'the pod is verified by the authorities of the system, as proxy-ssl-secret brings none: a certificate of ours is refused';
    return { upstream: { scheme: 'none', reason }, complaints: [reason] };
  }
  const verification = {
    authority: { kind: 'Secret' as const, ...authority.secret, key: 'ca.crt' },
    name: name === '' ? nobody : name,
  };
  return {
    upstream: { scheme: 'https', verification, ...ofHop },
    complaints: name === '' ? ["without proxy-ssl-name the pod's certificate has to name the pod's address"] : [],
  };
}

/** In place of a pod's address, which its certificate does not name (RFC 6761, 6.4: a name that never exists). */
const nobody = 'pod-address.invalid';

/**
 * A Secret with an authority, a key pair or both that an annotation names (certificateBlocks).
 * @param key of the annotation, without prefix.
 */
export function readNamedSecret(
  {
    index,
    mayCrossNamespaces,
    ingress,
  }: { readonly index: ObjectIndex; readonly mayCrossNamespaces: boolean; readonly ingress: NamedObject },
  key: 'proxy-ssl-secret' | 'auth-tls-secret',
  text: string,
): { readonly secret: NamedObject | undefined; readonly client?: NamedObject } | { readonly skipped: string } {
  if (text === '') return { secret: undefined };
  const [namespace = '', name, rest] = text.split('/');
  if (name === undefined || rest !== undefined)
    return { skipped: `${key} ${JSON.stringify(text)} is not namespace/name` };
  const secret = { namespace, name };
  if (namespace !== ingress.namespace && !mayCrossNamespaces)
    return { skipped: `${key} ${printName(secret)} is in another namespace` };
  const data = index.findData('Secret', secret);
  if (data === undefined) return { skipped: `${key}: there is no Secret ${printName(secret)}` };
  const known = ['ca.crt', 'tls.crt', 'tls.key'].filter((each) => data[each] !== undefined);
  if (known.length === 0) return { skipped: `${key}: Secret ${printName(secret)} has neither ca.crt nor a key pair` };
  if (data['ca.crt'] === '') return { skipped: `${key}: ca.crt of Secret ${printName(secret)} is empty` };
  const hasPair = data['tls.crt'] !== undefined && data['tls.key'] !== undefined;
  return { secret: data['ca.crt'] === undefined ? undefined : secret, ...(hasPair && { client: secret }) };
}
