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
  /** ConfigMap, proxy-ssl-location-only. */
  readonly isOfLocations: boolean;
}

interface ReadUpstream {
  readonly upstream: GatewayUpstream;
  /** Without the reason of an upstream that is none: whoever serves it says so. */
  readonly complaints: readonly string[];
}

/**
 * How v1.15.1 speaks to the pods of a location: backend-protocol and proxy-ssl-* of the location's Ingress
 * (internal/ingress/annotations/backendprotocol, proxyssl/main.go). What these leave out, nginx takes from the server, where stands
 * what the first Ingress of the host says that names an authority (controller.go, getBackendServers; rootfs/etc/nginx/template/nginx.tmpl).
 * A Secret that may not be read denies the location whatever its protocol is.
 */
export function readUpstream(
  settings: UpstreamSettings,
  ingress: IngressFacts,
  ingresses: readonly IngressFacts[],
): ReadUpstream {
  const { protocol, complaints } = readProtocol(settings, ingress);
  const own = readDirectives(settings, ingress);
  if (typeof own === 'string') return { upstream: deny(own), complaints };
  const hop = buildHop({ ...(settings.isOfLocations ? {} : readServerDirectives(settings, ingresses)), ...own });
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

/** Directives of a location or a server, as far as they are written there. */
interface ProxySsl {
  readonly authority?: NamedObject;
  /** Written with an authority alone. */
  readonly verifies?: boolean;
  readonly name?: string;
  readonly sendsName?: boolean;
  readonly client?: NamedObject;
}

/** Without a name, and without one that is sent, those of a location stand alone. */
function readServerDirectives(settings: UpstreamSettings, ingresses: readonly IngressFacts[]): ProxySsl {
  let found: ProxySsl = {};
  for (const ingress of ingresses) {
    const directives = readDirectives(settings, ingress);
    if (found.authority === undefined) found = typeof directives === 'string' ? {} : directives;
  }
  const { authority, name, sendsName, ...others } = found;
  const isNamed = authority !== undefined && name !== undefined;
  return {
    ...others,
    ...(authority !== undefined && { authority }),
    ...(isNamed && { name, ...(sendsName !== undefined && { sendsName }) }),
  };
}

function buildHop({
  authority,
  verifies,
  name,
  sendsName,
  client,
}: ProxySsl): Extract<GatewayUpstream, { scheme: 'https' }> {
  // What nginx takes for the name of the pods by itself: that of the upstream block (#12883).
  const upstreamName = name ?? 'upstream_balancer';
  return {
    scheme: 'https',
    ...(authority !== undefined && verifies === true
      ? { verification: { authority: { kind: 'Secret', ...authority, key: 'ca.crt' }, name: upstreamName } }
      : {}),
    ...(client === undefined ? {} : { client }),
    ...(sendsName === true ? { serverName: upstreamName } : {}),
  };
}

/** What an Ingress says of the hop; without proxy-ssl-secret nothing, as the other proxy-ssl-* are not looked at. A text: why it is denied. */
function readDirectives(
  { index, prefix, mayCrossNamespaces }: UpstreamSettings,
  { object, annotations }: IngressFacts,
): ProxySsl | string {
  const value = (key: string): string | undefined => readText(annotations, `${prefix}proxy-ssl-${key}`);
  const secret = value('secret');
  if (secret === undefined) return {};
  const [namespace, secretName, rest] = secret.split('/');
  if (
    namespace === undefined ||
    namespace === '' ||
    secretName === undefined ||
    secretName === '' ||
    rest !== undefined
  ) {
    return `proxy-ssl-secret ${JSON.stringify(secret)} is not namespace/name`;
  }
  const authority: NamedObject = { namespace, name: secretName };
  if (namespace !== object.namespace && !mayCrossNamespaces)
    return `proxy-ssl-secret ${printName(authority)}: cross namespace secrets are not supported`;
  const data = index.findData('Secret', authority);
  if (data === undefined) return `proxy-ssl-secret: there is no Secret ${printName(authority)}`;
  const hasAuthority = (data['ca.crt'] ?? '') !== '';
  const hasPair = data['tls.crt'] !== undefined && data['tls.key'] !== undefined;
  if (!hasAuthority && !hasPair)
    return `proxy-ssl-secret: Secret ${printName(authority)} has neither ca.crt nor a key pair`;
  if (hasAuthority && !(data['ca.crt'] ?? '').includes('-----BEGIN CERTIFICATE-----'))
    return `proxy-ssl-secret: ca.crt of Secret ${printName(authority)} is no certificate`;
  const name = value('name');
  return {
    // A key pair without ca.crt leaves verification out silently (nginx.tmpl asks for the authority's file).
    ...(hasAuthority && { authority, verifies: value('verify') === 'on' }),
    ...(name !== undefined && { name }),
    sendsName: value('server-name') === 'on',
    ...(hasPair && { client: authority }),
  };
}

function deny(reason: string): GatewayUpstream {
  return { scheme: 'none', reason };
}
