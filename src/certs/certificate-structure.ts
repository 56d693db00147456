import type { X509Certificate } from 'node:crypto';

import { constructedTag, derTags, partsOf, readObjectIdentifier, readValues, type DerValue } from './der-values.ts';
import { dnsNameTag, extensionIdentifiers } from './extension-identifiers.ts';

/** What node:crypto's X509Certificate does not tell: encoded parts and the extensions. */
export interface CertificateStructure {
  readonly subject: Buffer;
  readonly subjectPublicKeyInfo: Buffer;
  /** Object identifier -> encoded value. */
  readonly extensions: ReadonlyMap<string, Buffer>;
}

/**
 * Takes a certificate apart (RFC 5280, 4.1).
 *
 * @throws Error when the octets are no certificate.
 */
function readStructure(der: Buffer): CertificateStructure {
  const fields = partsOf(partsOf(readValues(der)[0])[0]);
  // The version, [0] EXPLICIT, is missing from version 1: then everything stands one place further left.
  const first = fields[0]?.tag === constructedTag(0) ? 1 : 0;
  const [subject, subjectPublicKeyInfo] = fields.slice(first + 4);
  if (subject === undefined || subjectPublicKeyInfo === undefined) {
    throw new Error('the subject or its key is missing');
  }
  const extensionsField = fields.find(({ tag }) => tag === constructedTag(3));
  const list = extensionsField === undefined ? [] : partsOf(partsOf(extensionsField)[0]);
  return {
    subject: subject.octets,
    subjectPublicKeyInfo: subjectPublicKeyInfo.octets,
    extensions: new Map(list.map(readExtension)),
  };
}

const known = new WeakMap<X509Certificate, CertificateStructure>();

/** The same for a certificate that OpenSSL has read, taken apart once. */
export function structureOf(certificate: X509Certificate): CertificateStructure {
  const structure = known.get(certificate) ?? readStructure(certificate.raw);
  known.set(certificate, structure);
  return structure;
}

/** The subject key identifier, or undefined when the certificate has none. */
export function readSubjectKeyIdentifier({ extensions }: CertificateStructure): Buffer | undefined {
  const value = extensions.get(extensionIdentifiers.subjectKeyIdentifier);
  return value === undefined ? undefined : contentOf(readValues(value)[0], derTags.octetString);
}

/** The permitted DNS subtrees of the name constraints; empty when there are none. */
export function readPermittedDnsNames({ extensions }: CertificateStructure): readonly string[] {
  const value = extensions.get(extensionIdentifiers.nameConstraints);
  if (value === undefined) {
    return [];
  }
  // What cannot be read must not be taken for what permits every name.
  const [constraints, ...others] = readValues(value);
  if (constraints?.tag !== derTags.sequence || others.length > 0) throw new Error('the name constraints are damaged');
  const lists = partsOf(constraints);
  if (lists.length === 0 || lists.some(({ tag }) => tag !== constructedTag(0) && tag !== constructedTag(1)))
    throw new Error('the name constraints are damaged');
  return lists
    .filter(({ tag }) => tag === constructedTag(0))
    .flatMap((permitted) => partsOf(permitted).map((subtree) => partsOf(subtree)[0]))
    .flatMap((base) => {
      if (base === undefined || ((base.tag & 0x1f) === dnsNameTag && base.tag !== primitiveDnsName))
        throw new Error('the name constraints are damaged');
      return base.tag === primitiveDnsName ? [base.content.toString('latin1')] : [];
    });
}

/** How many authorities may stand below this one (RFC 5280, 4.2.1.9); undefined: as many as there are. */
export function readPathLength({ extensions }: CertificateStructure): number | undefined {
  const value = extensions.get(extensionIdentifiers.basicConstraints);
  const length =
    value === undefined ? undefined : partsOf(readValues(value)[0]).find(({ tag }) => tag === derTags.integer);
  return length?.content.reduce((number, octet) => number * 256 + octet, 0);
}

/** Context-specific (X.690, 8.1.2.2). */
const primitiveDnsName = 0x80 | dnsNameTag;

/** Whether a key is that of an elliptic curve that is spelt out: ECParameters as a SEQUENCE, which RFC 5480, 2.1.1 forbids; OpenSSL knows the curve all the same. */
export function spellsCurveOut({ subjectPublicKeyInfo }: CertificateStructure): boolean {
  return partsOf(partsOf(readValues(subjectPublicKeyInfo)[0])[0])[1]?.tag === derTags.sequence;
}

function readExtension(extension: DerValue): [string, Buffer] {
  const parts = partsOf(extension);
  return [
    readObjectIdentifier(contentOf(parts[0], derTags.objectIdentifier)),
    contentOf(parts.at(-1), derTags.octetString),
  ];
}

function contentOf(value: DerValue | undefined, tag: number): Buffer {
  if (value?.tag !== tag) throw new Error('a value of another kind stands there');
  return value.content;
}
