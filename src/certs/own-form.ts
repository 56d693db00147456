import { createHash, type X509Certificate } from 'node:crypto';

import { InternalError } from '../errors.ts';
import { readSubjectKeyIdentifier, structureOf } from './certificate-structure.ts';
import { partsOf, readValues } from './der-values.ts';
import { extensionIdentifiers } from './extension-identifiers.ts';
import { parseCertificate, readBlocks } from './pem.ts';

/** The leftmost 160 bits of the SHA-256 of the key's BIT STRING (RFC 7093, 2, method 1), as Go does since 1.25. */
export function identifyKey(subjectKeyInfo: Buffer): Buffer {
  const bits = partsOf(readValues(subjectKeyInfo)[0])[1];
  if (bits === undefined) throw new InternalError('a public key without octets was read');
  return createHash('sha256').update(bits.content.subarray(1)).digest().subarray(0, 20);
}

const ids = extensionIdentifiers;
const always = [ids.basicConstraints, ids.keyUsage, ids.subjectKeyIdentifier, ids.authorityKeyIdentifier];
/** All that issue.ts writes, in its order. */
const order = [
  ...[ids.basicConstraints, ids.keyUsage, ids.extKeyUsage, ids.subjectKeyIdentifier, ids.authorityKeyIdentifier],
  ...[ids.subjectAltName, ids.nameConstraints],
] as const;

/**
 * Whether a certificate has the form that issue.ts gives one: alone in its file, the same extensions in the same order, the same kind of serial
 * number and key identifier. Others make some of that in the same way, and nobody all of it. What has another form is a person's own.
 *
 * @throws UsageError when the text is no certificate.
 */
export function hasOwnForm(pem: string): boolean {
  return readBlocks(pem).blocks.length === 1 && isOwn(parseCertificate(pem));
}

function isOwn(certificate: X509Certificate): boolean {
  const structure = structureOf(certificate);
  const found = [...structure.extensions.keys()];
  const expected = order.filter((identifier) => found.includes(identifier));
  return (
    found.join() === expected.join() &&
    always.every((identifier) => found.includes(identifier)) &&
    /^[4-7][0-9a-f]{31}$/i.test(certificate.serialNumber) &&
    readSubjectKeyIdentifier(structure)?.equals(identifyKey(structure.subjectPublicKeyInfo)) === true
  );
}

/** Whether one authority takes the other's place: what was signed under the one holds under the other, by its name and key. */
export function areSameAuthority(one: string, other: string): boolean {
  const [left, right] = [one, other].map((pem) => structureOf(parseCertificate(pem)));
  return (
    left !== undefined &&
    right !== undefined &&
    left.subject.equals(right.subject) &&
    left.subjectPublicKeyInfo.equals(right.subjectPublicKeyInfo) &&
    readSubjectKeyIdentifier(left)?.equals(readSubjectKeyIdentifier(right) ?? Buffer.of()) === true
  );
}
