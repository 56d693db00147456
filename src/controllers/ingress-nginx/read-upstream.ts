import { printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { GatewayUpstream, NamedObject } from '../../model/gateway.ts';
import { readText } from '../ingress/annotation-values.ts';
import type { IngressFacts } from '../ingress/read-ingresses.ts';

/** What decides how v1.15.1 speaks to pods, beside the Ingresses themselves. */
export interface UpstreamSettings {
  readonly index: ObjectIndex;
  /** `nginx.ingress.kubernetes.io`, with its slash. */
  readonly prefix: string;
  /** ConfigMap, allow-cross-namespace-resources. */
  readonly mayCrossNamespaces: boolean;
}

interface ReadUpstream {
  readonly upstream: GatewayUpstream;
  /** Without the reason of an upstream that is none: whoever serves it says so. */
  readonly complaints: readonly string[];
}

/**
 * How v1.15.1 speaks to the pods of a location: backend-protocol of the location's Ingress, proxy-ssl-* of the first Ingress of
 * the host that has a proxy-ssl-secret (internal/ingress/annotations/backendprotocol, proxyssl/main.go;
 * rootfs/etc/nginx/template/nginx.tmpl). A Secret that may not be read denies the location whatever its protocol is.
 */
export function readUpstream(
  settings: UpstreamSettings,
  ingress: IngressFacts,
  ingresses: readonly IngressFacts[],
): ReadUpstream {
  const { protocol, complaints } = readProtocol(settings, ingress);
  const secretKey = `${settings.prefix}proxy-ssl-secret`;
  const verifying = ingresses.find(({ annotations }) => readText(annotations, secretKey) !== undefined);
  const hop = verifying === undefined ? unverified : readVerification(settings, verifying);
  if (hop.scheme === 'none') return { upstream: hop, complaints };
  switch (protocol) {
    case 'HTTP':
      return { upstream: { scheme: 'http' }, complaints };
    // nginx's own scheme, which is https on this port.
    case 'AUTO_HTTP':
    case 'HTTPS':
      return {
        upstream: hop,
        complaints:
          hop.verification === undefined
            ? [...complaints, 'the TLS connection to the pod is not verified']
            : complaints,
      };
    case 'GRPC':
      return { upstream: { scheme: 'http', isGrpc: true }, complaints };
    // Whatever proxy-ssl-* say: grpc_pass has its own directives, which the template does not write (#8188).
    case 'GRPCS':
      return {
        upstream: { scheme: 'https', isGrpc: true },
        complaints: [...complaints, 'the TLS connection to the pod is not verified'],
      };
    default:
      return { upstream: deny(`backend-protocol ${protocol}: preview speaks HTTP and gRPC to pods only`), complaints };
  }
}

const protocols: readonly string[] = ['AUTO_HTTP', 'HTTP', 'HTTPS', 'GRPC', 'GRPCS', 'FCGI'];

function readProtocol(
  { prefix }: UpstreamSettings,
  { annotations }: IngressFacts,
): { readonly protocol: string; readonly complaints: readonly string[] } {
  const secureBackends =
    annotations[`${prefix}secure-backends`] === undefined
      ? []
      : ['secure-backends was removed in 0.21.0 and does nothing; backend-protocol replaced it'];
  const written = readText(annotations, `${prefix}backend-protocol`);
  const protocol = written?.toUpperCase() ?? 'HTTP';
  if (protocols.includes(protocol)) return { protocol, complaints: secureBackends };
  return {
    protocol: 'HTTP',
    complaints: [
      ...secureBackends,
      `backend-protocol ${JSON.stringify(written)} is not a protocol, so the pod gets plain HTTP`,
    ],
  };
}

type Hop = Extract<GatewayUpstream, { scheme: 'https' | 'none' }>;

/** Without proxy-ssl-secret the other proxy-ssl-* are not looked at. */
const unverified: Hop = { scheme: 'https' };

function readVerification(
  { index, prefix, mayCrossNamespaces }: UpstreamSettings,
  { object, annotations }: IngressFacts,
): Hop {
  const value = (key: string): string | undefined => readText(annotations, `${prefix}proxy-ssl-${key}`);
  const [namespace, name, rest] = (value('secret') ?? '').split('/');
  if (namespace === undefined || namespace === '' || name === undefined || name === '' || rest !== undefined) {
    return deny(`proxy-ssl-secret ${JSON.stringify(value('secret'))} is not namespace/name`);
  }
  const authority: NamedObject = { namespace, name };
  if (namespace !== object.namespace && !mayCrossNamespaces)
    return deny(`proxy-ssl-secret ${printName(authority)}: cross namespace secrets are not supported`);
  const data = index.findData('Secret', authority);
  if (data === undefined) return deny(`proxy-ssl-secret: there is no Secret ${printName(authority)}`);
  const hasAuthority = (data['ca.crt'] ?? '') !== '';
  const hasPair = data['tls.crt'] !== undefined && data['tls.key'] !== undefined;
  if (!hasAuthority && !hasPair)
    return deny(`proxy-ssl-secret: Secret ${printName(authority)} has neither ca.crt nor a key pair`);
  if (hasAuthority && !(data['ca.crt'] ?? '').includes('-----BEGIN CERTIFICATE-----'))
    return deny(`proxy-ssl-secret: ca.crt of Secret ${printName(authority)} is no certificate`);
  // What nginx takes for the name of the pods by itself: that of the upstream block (#12883).
  const upstreamName = value('name') ?? 'upstream_balancer';
  return {
    scheme: 'https',
    // A key pair without ca.crt leaves verification out silently (nginx.tmpl asks for the authority's file).
    ...(hasAuthority && value('verify') === 'on'
      ? { verification: { authority: { kind: 'Secret', ...authority, key: 'ca.crt' }, name: upstreamName } }
      : {}),
    ...(hasPair ? { client: authority } : {}),
    ...(value('server-name') === 'on' ? { serverName: upstreamName } : {}),
  };
}

function deny(reason: string): Hop {
  return { scheme: 'none', reason };
}
