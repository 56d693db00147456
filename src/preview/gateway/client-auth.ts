import { createSecureContext, type DetailedPeerCertificate, type TLSSocket, type TlsOptions } from 'node:tls';

import type { GatewayClientAuth, GatewayHost, PageAnswer } from '../../model/gateway.ts';
import type { GatewayInput } from '../../model/preview.ts';
import type { HostIndex } from './hosts.ts';
import { printName } from '../../kube/object-index.ts';

/** What the gateway makes of clients' certificates. */
export interface ClientAuthority {
  /** What a TLS server needs to ask for the host's; undefined: it asks nobody. */
  optionsOf(host: GatewayHost): Pick<TlsOptions, 'ca' | 'requestCert' | 'rejectUnauthorized'> | undefined;
  /** Whether the connection is to be ended after the handshake, as Go ends it during the handshake. */
  isRefused(socket: TLSSocket): boolean;
  /** The page for a request that asks for the host by `name` over a connection; undefined: the request goes on. */
  pageFor(host: GatewayHost, name: string, socket: TLSSocket): PageAnswer | undefined;
  /** What the pod is told of the client by headers, which overwrite the client's own; an absent value takes a header away. */
  headersFor(name: string, socket: TLSSocket): Readonly<Record<string, string | undefined>>;
  readonly complaints: readonly string[];
}

type Asking = Exclude<GatewayClientAuth, { readonly demands: 'impossible' }>;

/** Reads the authorities of all hosts once. */
export function prepareClientAuthority(
  { behaviour, table, findData }: GatewayInput,
  hosts: HostIndex,
): ClientAuthority {
  const refusal = behaviour.clientAuth;
  const authorities = new Map<Asking, string>();
  const complaints: string[] = [];
  for (const { name, clientAuth } of table.hosts) {
    if (clientAuth === undefined) continue;
    const pem = clientAuth.demands === 'impossible' ? clientAuth.reason : readAuthority(clientAuth, findData);
    if (typeof pem === 'string') complaints.push(`${name}: ${pem}, so every request is refused`);
    else if (clientAuth.demands !== 'impossible') authorities.set(clientAuth, pem.pem);
  }
  const askingOf = ({ clientAuth }: GatewayHost): Asking | undefined =>
    clientAuth !== undefined && clientAuth.demands !== 'impossible' && authorities.has(clientAuth)
      ? clientAuth
      : undefined;
  const openedFor = (socket: TLSSocket): GatewayHost | undefined => hosts.forName(nameOf(socket));
  return {
    complaints,
    optionsOf: (host) => {
      const asking = askingOf(host);
      if (asking === undefined || refusal === undefined) return undefined;
      return {
        ca: authorities.get(asking),
        requestCert: true,
        rejectUnauthorized: refusal.refusesBy === 'handshake' && asking.demands === 'required',
      };
    },
    isRefused: (socket) => {
      const opened = openedFor(socket);
      const asking = opened === undefined ? undefined : askingOf(opened);
      if (asking === undefined || refusal?.refusesBy !== 'handshake') return false;
      return asking.demands === 'optional' && isShown(socket) && !socket.authorized;
    },
    headersFor: (name, socket) => {
      const host = hosts.forName(name);
      const asking = host === undefined ? undefined : askingOf(host);
      return asking === undefined ? {} : tellClient(socket, asking.forwards);
    },
    pageFor: (host, name, socket) => {
      const { clientAuth } = host;
      const opened = openedFor(socket);
      if (refusal === undefined) return undefined;
      if (refusal.refusesBy === 'handshake') {
        // Each Ingress has TLS options of its own, and a request must come by those of its host.
        return host.locations.length > 0 && clientAuth !== opened?.clientAuth ? refusal.misdirected : undefined;
      }
      if (clientAuth === undefined) return undefined;
      const asking = askingOf(host);
      if (asking === undefined) return refusal.unreadable;
      if (opened !== undefined && nameOf(socket) !== name) return refusal.misdirected;
      // Nobody was asked where the hello named no host.
      if (opened === undefined || !isShown(socket)) return asking.demands === 'required' ? refusal.missing : undefined;
      const isRight = asking.demands === 'unverified' || (socket.authorized && isShort(socket, asking.depth));
      return isRight ? undefined : refusal.wrong;
    },
  };
}

/**
 * v1.15.1 rootfs/etc/nginx/template/nginx.tmpl (ssl-client-*); Traefik v3.7.13 pkg/middlewares/ingressnginx/authtlspasscertificatetoupstream
 * says the same, but for the spelling of subject and issuer.
 */
function tellClient(socket: TLSSocket, forwards: Asking['forwards']): Readonly<Record<string, string | undefined>> {
  if (forwards === 'nothing') return {};
  const certificate = isShown(socket) ? socket.getPeerX509Certificate() : undefined;
  const verdict = certificate === undefined ? 'NONE' : socket.authorized ? 'SUCCESS' : 'FAILED';
  return {
    ...(forwards === 'everything' && {
      'ssl-client-cert': certificate === undefined ? undefined : encodeURIComponent(certificate.toString()),
    }),
    'ssl-client-verify': verdict,
    'ssl-client-subject-dn': certificate === undefined ? undefined : printName4514(certificate.subject),
    'ssl-client-issuer-dn': certificate === undefined ? undefined : printName4514(certificate.issuer),
  };
}

/** `CN=x,O=y`: the last part first, as RFC 4514 has it. */
function printName4514(lines: string): string {
  return lines.split('\n').reverse().join(',');
}

function readAuthority({ authority }: Asking, findData: GatewayInput['findData']): string | { readonly pem: string } {
  const pem = authority.kind === 'inline' ? authority.pem : findData(authority.kind, authority)?.[authority.key];
  const place = authority.kind === 'inline' ? 'the route' : `${authority.kind} ${printName(authority)}`;
  if (pem === undefined) return `the clients' authority in ${place} is not there`;
  try {
    createSecureContext({ ca: pem });
    return { pem };
  } catch {
    return `the clients' authority in ${place} cannot be read`;
  }
}

/** The name in the hello; empty where there was none. */
function nameOf({ servername }: TLSSocket): string {
  return typeof servername === 'string' ? servername.toLowerCase() : '';
}

/** Whether the client showed a certificate; node gives an empty object where it did not. */
export function isShown(socket: TLSSocket): boolean {
  return Object.keys(socket.getPeerCertificate()).length > 0;
}

/** Whether no more authorities than `depth` stand between the client's certificate and the one that is trusted (OpenSSL's verify depth). */
function isShort(socket: TLSSocket, depth = Infinity): boolean {
  let between = -1;
  const seen = new Set<string>();
  let current: Partial<DetailedPeerCertificate> = socket.getPeerCertificate(true);
  while (current.fingerprint256 !== undefined && !seen.has(current.fingerprint256)) {
    seen.add(current.fingerprint256);
    between += 1;
    current = current.issuerCertificate ?? {};
  }
  return between - 1 <= depth;
}
