import type { CertificateRequest } from '../model/certificate.ts';
import type { IssuerReference, KeyType } from '../model/config.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject, Labels } from '../model/kube-object.ts';

const apiVersion = 'cert-manager.io/v1';

/** What has to be served, as `group/version/Kind`. */
export const certManagerResources = [`${apiVersion}/Certificate`, `${apiVersion}/Issuer`];

export const certificateKind = 'Certificate';

/** Where an object lies, and whose it is. */
interface Place {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
}

/** Issues what signs itself: the first link of a chain of the project's own. */
export function buildSelfSigningIssuer(place: Place): KubeObject {
  return { ...issuer(place), spec: { selfSigned: {} } };
}

/** Issues by the authority in a Secret beside it. */
export function buildAuthorityIssuer(place: Place, secretName: string): KubeObject {
  return { ...issuer(place), spec: { ca: { secretName } } };
}

function issuer({ name, namespace, labels }: Place): KubeObject {
  return { apiVersion, kind: 'Issuer', metadata: { name, namespace, labels } };
}

/** A certificate that cert-manager makes, renews, and keeps in a Secret of the same name, which bears the labels too. */
export function buildCertificate(
  { name, namespace, labels }: Place,
  request: CertificateRequest,
  { name: issuerName, kind, group }: IssuerReference,
): KubeObject {
  const { usage, commonName, dnsNames, days, keyType } = request;
  const isAuthority = usage === 'authority';
  return {
    ...{ apiVersion, kind: certificateKind, metadata: { name, namespace, labels } },
    spec: {
      secretName: name,
      secretTemplate: { labels },
      // Who is connected to is said by the alternative names alone (RFC 9525); an issuer has a name (RFC 5280, 4.1.2.4).
      ...(isAuthority ? { isCA: true, ...(commonName !== undefined && { commonName }) } : { dnsNames: [...dnsNames] }),
      duration: `${days * 24}h`,
      // Before a third of its life is left, from where on it is said everywhere that it expires soon (certs/validity.ts).
      renewBefore: `${Math.ceil(days * 24 * 0.4)}h`,
      privateKey: {
        ...keyOf(keyType),
        // An authority's new key would vouch for none of what it issued: cert-manager leaves that as it is (tried with 1.21.2).
        rotationPolicy: isAuthority ? 'Never' : 'Always',
      },
      usages: usagesOf(usage, keyType),
      issuerRef: { name: issuerName, kind, group },
    },
  };
}

function keyOf(keyType: KeyType): JsonObject {
  return keyType === 'rsa-2048' ? { algorithm: 'RSA', size: 2048 } : { algorithm: 'ECDSA', size: 256 };
}

function usagesOf(usage: CertificateRequest['usage'], keyType: KeyType): string[] {
  if (usage === 'authority') return ['cert sign', 'crl sign'];
  // RFC 5480, 3: a key for ECDSA enciphers none.
  const key = keyType === 'rsa-2048' ? ['digital signature', 'key encipherment'] : ['digital signature'];
  return [...key, usage === 'server' ? 'server auth' : 'client auth'];
}
