import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureVersion } from 'node:tls';

import { inspectCertificate } from '../../certs/inspect.ts';
import { isPair } from '../../certs/key-pair.ts';
import { coversName } from '../../text/host-name.ts';
import { KnownError } from '../../errors.ts';
import { printName } from '../../kube/object-index.ts';
import type { GatewayBehaviour, GatewayHost } from '../../model/gateway.ts';
import type { GatewayInput } from '../../model/preview.ts';

export interface KeyPair {
  /** PEM: the certificate, and what leads from it to its authority. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
}

/** What is shown for the hosts of a table where TLS ends at the gateway. */
export interface HostCertificates {
  /** Undefined: the fallback certificate is shown. */
  contextOf(host: GatewayHost): SecureContext | undefined;
  /** The pair of that context. */
  pairOf(host: GatewayHost): KeyPair | undefined;
  /** Why hosts show the fallback certificate though a Secret is named for them. */
  readonly complaints: readonly string[];
}

/** Judges the certificate of each host once; what TLS makes of it is made when a client first asks, and kept. */
export function loadHostCertificates({ behaviour, table, findData }: GatewayInput): HostCertificates {
  const pairs = new Map<string, KeyPair>();
  const contexts = new Map<string, SecureContext | undefined>();
  const complaints: string[] = [];
  for (const host of table.hosts) {
    if (host.certificate === undefined) continue;
    const secret = printName(host.certificate);
    const verdict = judge(findData('Secret', host.certificate), host.name);
    if (typeof verdict === 'string') {
      complaints.push(`${host.name}: Secret ${secret} not used: ${verdict}; the fallback certificate is shown`);
    } else {
      pairs.set(host.name, verdict);
    }
  }
  const contextOf = (host: GatewayHost): SecureContext | undefined => {
    const pair = pairs.get(host.name);
    if (pair === undefined) return undefined;
    // Hosts under a wildcard share one Secret.
    const known = pair.certificate + pair.key;
    if (!contexts.has(known)) {
      contexts.set(known, tryContext(pair, behaviour));
    }
    return contexts.get(known);
  };
  const pairOf = (host: GatewayHost): KeyPair | undefined =>
    contextOf(host) === undefined ? undefined : pairs.get(host.name);
  return { contextOf, pairOf, complaints };
}

/** What TLS needs to show a certificate. @throws Error of OpenSSL when it cannot use it. */
export function makeContext(pair: KeyPair, behaviour: GatewayBehaviour): SecureContext {
  return createSecureContext({ cert: pair.certificate, key: pair.key, ...versionsOf(behaviour) });
}

/** The span of TLS versions that a controller accepts, in node:tls's terms. */
export function versionsOf({ tlsVersions }: GatewayBehaviour): {
  minVersion: SecureVersion;
  maxVersion: SecureVersion;
} {
  const sorted: SecureVersion[] = [...tlsVersions].sort();
  return { minVersion: sorted[0] ?? 'TLSv1.2', maxVersion: sorted.at(-1) ?? 'TLSv1.3' };
}

function tryContext(pair: KeyPair, behaviour: GatewayBehaviour): SecureContext | undefined {
  try {
    return makeContext(pair, behaviour);
  } catch {
    // A chain that is damaged behind its first certificate, or a key that OpenSSL finds too weak.
    return undefined;
  }
}

/** The pair to show for a host, or why there is none. */
function judge(secret: Readonly<Record<string, string>> | undefined, host: string): KeyPair | string {
  if (secret === undefined) {
    return 'there is no such Secret';
  }
  const { 'tls.crt': certificate, 'tls.key': key } = secret;
  if (certificate === undefined || key === undefined) {
    return `it has no ${certificate === undefined ? 'tls.crt' : 'tls.key'}`;
  }
  try {
    const { dnsNames } = inspectCertificate(certificate, 'tls.crt');
    if (!isPair(certificate, key, 'tls.key')) {
      return 'tls.key does not belong to the first certificate of tls.crt';
    }
    // Without names the CN counts, as it does for ingress-nginx (internal/ingress/controller/controller.go: VerifyHostname).
    const isNamed =
      dnsNames.length > 0 ? coversName(dnsNames, host) : new X509Certificate(certificate).checkHost(host) !== undefined;
    return isNamed ? { certificate, key } : 'its certificate does not name the host';
  } catch (error) {
    if (error instanceof KnownError) return error.message;
    throw error;
  }
}
