import { encodePem } from './pem.ts';

// SubjectPublicKeyInfo (RFC 5480, 2) of id-ecPublicKey on the named curve prime256v1, up to the uncompressed point.
const spkiHead = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const spkiLength = spkiHead.length + 64;

// PrivateKeyInfo (RFC 5208, 5) with an ECPrivateKey (RFC 5915, 3) that holds the public key, as OpenSSL writes it: up to the private
// key, and between that and the public key's point.
const keyHead = Buffer.from('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420', 'hex');
const keyMiddle = Buffer.from('a14403420004', 'hex');
const middleAt = keyHead.length + 32;
const pointAt = middleAt + keyMiddle.length;
const keyLength = pointAt + 64;

/** Whether a SubjectPublicKeyInfo is of a key on P-256 by the curve's name, the point in full. */
export function namesP256(subjectPublicKeyInfo: Buffer): boolean {
  return (
    subjectPublicKeyInfo.length === spkiLength && spkiHead.equals(subjectPublicKeyInfo.subarray(0, spkiHead.length))
  );
}

/**
 * Whether the text of a private key is in the very form that OpenSSL writes for P-256, and says that its public key is this one. OpenSSL
 * believes that part as well when it reads a key (tried, 3.0), and takes a hundred times as long.
 *
 * @returns false where this cannot be told so; nothing else follows from it.
 */
export function saysPublicKey(keyPem: string, subjectPublicKeyInfo: Buffer): boolean {
  if (!namesP256(subjectPublicKeyInfo)) return false;
  const key = Buffer.from(keyPem.slice(keyPem.indexOf('\n') + 1, keyPem.lastIndexOf('\n-----')), 'base64');
  return (
    key.length === keyLength &&
    keyHead.equals(key.subarray(0, keyHead.length)) &&
    keyMiddle.equals(key.subarray(middleAt, pointAt)) &&
    key.subarray(pointAt).equals(subjectPublicKeyInfo.subarray(spkiHead.length)) &&
    encodePem('PRIVATE KEY', key) === keyPem
  );
}
