import type { CertificateRequest } from '../model/certificate.ts';
import type { KeyType } from '../model/config.ts';
import { fitsAttribute } from './subject-attributes.ts';
import { authorityDays } from './validity.ts';

/**
 * The certificate that the controller shows for the domain, self-signed: the article's CN and O, with the names that
 * clients go by today. The wildcard covers one label, so the domain itself is named too (RFC 9525, 6.3). Where a domain is
 * too long for either, a title stands for both: what signs itself is an issuer, and an issuer has a name (RFC 5280, 4.1.2.4).
 */
export function requestWildcard(domain: string, days: number, keyType: KeyType): CertificateRequest {
  const wildcard = `*.${domain}`;
  return {
    usage: 'server',
    ...(fitsAttribute(domain)
      ? { commonName: wildcard, organization: domain }
      : { commonName: 'ingress-tls wildcard' }),
    dnsNames: [wildcard, domain],
    permittedDnsNames: [],
    days,
    keyType,
  };
}

/**
 * What the controller shows for hosts of other names; self-signed or issued. What signs itself is an issuer, and an issuer has a name (RFC 5280,
 * 4.1.2.4), so where a host's is too long a title stands for it.
 */
export function requestHostCertificate(names: readonly string[], days: number, keyType: KeyType): CertificateRequest {
  const [first = ''] = names;
  const commonName = fitsAttribute(first) ? first : 'ingress-tls hosts';
  return { usage: 'server', commonName, dnsNames: names, permittedDnsNames: [], days, keyType };
}

/**
 * The authority of the pods' own certificates. Whoever trusts it trusts it for the project's domain and for the names
 * of Services in a cluster only; `svc` is no top-level domain, so no public site is among them.
 * @param others domains beside the project's for which it issues.
 */
export function requestProjectAuthority(
  domain: string,
  keyType: KeyType,
  others: readonly string[] = [],
): CertificateRequest {
  return {
    ...authority(title(domain, ' ingress-tls CA'), keyType),
    permittedDnsNames: Array.from(new Set([domain, ...others, 'svc', 'svc.cluster.local'])),
  };
}

/**
 * What a pod shows to the controller in reencrypt: the name that the controller verifies, which is its Service's unless another is
 * named. The controller alone connects there, so the public host is not named.
 */
export function requestPodServer(name: string, days: number, keyType: KeyType): CertificateRequest {
  return server(name.endsWith('.svc') ? [name, `${name}.cluster.local`] : [name], days, keyType);
}

/**
 * What a pod shows to the person's client in passthrough: valid for the exact hosts and nothing else, so that a browser
 * does not send another host's requests down the same HTTP/2 connection (RFC 9113, 9.1.1).
 */
export function requestPassthroughServer(
  hosts: readonly [string, ...string[]],
  days: number,
  keyType: KeyType,
): CertificateRequest {
  return server(hosts, days, keyType);
}

/**
 * The authority of one service's clients. It has no name constraints: it signs user names, which are no DNS names, and
 * nobody but the service's pod trusts it.
 */
export function requestClientAuthority(serviceName: string, keyType: KeyType): CertificateRequest {
  return authority(title(serviceName, ' client CA'), keyType);
}

/**
 * A client of one service; its CN is the user name that the pod sees: `svc9-client`, the ready-made one, and `svc9-client-alice`.
 * @param person absent: the ready-made one.
 */
export function requestClient(
  serviceName: string,
  days: number,
  keyType: KeyType,
  person?: string,
): CertificateRequest {
  const suffix = person === undefined ? '-client' : `-client-${person}`;
  return { usage: 'client', ...title(serviceName, suffix), dnsNames: [], permittedDnsNames: [], days, keyType };
}

function server(dnsNames: readonly [string, ...string[]], days: number, keyType: KeyType): CertificateRequest {
  return { usage: 'server', commonName: dnsNames[0], dnsNames, permittedDnsNames: [], days, keyType };
}

function authority(
  subject: Pick<CertificateRequest, 'commonName' | 'organization'>,
  keyType: KeyType,
): CertificateRequest {
  return { usage: 'authority', ...subject, dnsNames: [], permittedDnsNames: [], days: authorityDays, keyType };
}

/**
 * A common name made of an owner and what the certificate is for. Authorities and clients must have a subject (RFC 5280,
 * 4.1.2.6), so where both together are too long the owner moves to O.
 */
function title(owner: string, suffix: string): Pick<CertificateRequest, 'commonName' | 'organization'> {
  const commonName = owner + suffix;
  return fitsAttribute(commonName) ? { commonName } : { commonName: suffix.replace(/^\W/, ''), organization: owner };
}
