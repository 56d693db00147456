import { decodeDer, isTagged, objectIdentifierOf, octetsOf, partsOf, type DerNode } from './der.ts';
import { dnsNameTag, extensionIdentifiers } from './extensions.ts';

/** What node:crypto's X509Certificate does not tell: the encoded subject and the extensions. */
export interface CertificateStructure {
  readonly subject: DerNode;
  /** Object identifier -> encoded value. */
  readonly extensions: ReadonlyMap<string, Buffer>;
}

/**
 * Takes a certificate apart (RFC 5280, 4.1).
 *
 * @throws Error when the octets are no certificate.
 */
export function readStructure(der: Uint8Array): CertificateStructure {
  const fields = partsOf(partsOf(decodeDer(der))[0]);
  // The version, [0] EXPLICIT, is missing from version 1: then everything stands one place further left.
  const first = fields[0] !== undefined && isTagged(fields[0], 0) ? 1 : 0;
  const subject = fields[first + 4];
  if (subject === undefined) {
    throw new Error('the subject is missing');
  }
  const extensionsField = fields.find((field) => isTagged(field, 3));
  const list = extensionsField === undefined ? [] : partsOf(partsOf(extensionsField)[0]);
  return { subject, extensions: new Map(list.map(readExtension)) };
}

/** The subject key identifier, or undefined when the certificate has none. */
export function readSubjectKeyIdentifier({ extensions }: CertificateStructure): Buffer | undefined {
  const value = extensions.get(extensionIdentifiers.subjectKeyIdentifier);
  return value === undefined ? undefined : octetsOf(decodeDer(value));
}

/** The permitted DNS subtrees of the name constraints; empty when there are none. */
export function readPermittedDnsNames({ extensions }: CertificateStructure): readonly string[] {
  const value = extensions.get(extensionIdentifiers.nameConstraints);
  if (value === undefined) {
    return [];
  }
  const permitted = partsOf(decodeDer(value)).find((field) => isTagged(field, 0));
  return (permitted === undefined ? [] : partsOf(permitted))
    .map((subtree) => partsOf(subtree)[0])
    .filter((base) => base !== undefined && isTagged(base, dnsNameTag))
    .map((base) => octetsOf(base).toString('latin1'));
}

function readExtension(extension: DerNode): [string, Buffer] {
  const parts = partsOf(extension);
  return [objectIdentifierOf(parts[0]), octetsOf(parts.at(-1))];
}
