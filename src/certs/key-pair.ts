import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

import { UsageError } from '../errors.ts';
import type { KeyType } from '../model/config.ts';
import { holdsPrivateKey, isTooLong, parseCertificate } from './pem.ts';

const defaultOrigin = 'private key';
const defaultRemedy = 'Give an unencrypted private key in PEM form; openssl pkey -in KEY -noout -check shows whether it is one.';

/**
 * Whether a private key belongs to a certificate.
 *
 * @throws UsageError when either text is not what it should be.
 */
export function isPair(certificatePem: string, keyPem: string, keyOrigin = defaultOrigin): boolean {
  return parseCertificate(certificatePem).checkPrivateKey(parsePrivateKey(keyPem, keyOrigin));
}

/**
 * Whether a certificate was issued by an authority: its issuer's name and key identifier agree and the authority's key
 * verifies the signature. Dates and name constraints are not looked at.
 *
 * @throws UsageError when either text is no certificate.
 */
export function isIssuedBy(certificatePem: string, issuerPem: string): boolean {
  const certificate = parseCertificate(certificatePem);
  const issuer = parseCertificate(issuerPem);
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    // A key that OpenSSL cannot use verifies nothing.
    return false;
  }
}

/**
 * The kind of a private key, `other` for all that this tool does not make.
 *
 * @throws UsageError when the text is no readable private key.
 */
export function readKeyType(keyPem: string, origin = defaultOrigin): KeyType | 'other' {
  return keyTypeOf(parsePrivateKey(keyPem, origin));
}

/**
 * The public key of a private key, as PEM of its SubjectPublicKeyInfo.
 *
 * @throws UsageError when the text is no readable private key.
 */
export function derivePublicKey(keyPem: string, origin = defaultOrigin): string {
  return createPublicKey(parsePrivateKey(keyPem, origin)).export({ type: 'spki', format: 'pem' }).toString();
}

/**
 * Reads an unencrypted private key in PEM form.
 *
 * @throws UsageError that says what is wrong; neither it nor a cause of it repeats any of the text.
 */
export function parsePrivateKey(keyPem: string, origin = defaultOrigin): KeyObject {
  if (isTooLong(keyPem)) {
    throw unreadableKey(origin, 'the text is too long');
  }
  // RFC 7468, 11 (PKCS#8) and RFC 1421, 4.6.1.1 (the older forms).
  if (keyPem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || /^Proc-Type: *4, *ENCRYPTED/m.test(keyPem)) {
    throw unreadableKey(
      origin,
      'it is encrypted, and neither a pod nor a controller can be asked for its passphrase',
      'Write it without one: (umask 077; openssl pkey -in KEY -out NEW-KEY)',
    );
  }
  if (!holdsPrivateKey(keyPem)) {
    throw unreadableKey(origin, 'no block "-----BEGIN PRIVATE KEY-----" was found');
  }
  try {
    return createPrivateKey({ key: keyPem, format: 'pem' });
  } catch {
    throw unreadableKey(origin, 'the block is damaged, or is a kind of key that OpenSSL does not know');
  }
}

/** The kind of a public or private key. */
export function keyTypeOf(key: KeyObject): KeyType | 'other' {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength === 2048) {
    return 'rsa-2048';
  }
  // prime256v1 is OpenSSL's name for the curve P-256 (RFC 5480, 2.1.1.1).
  return key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1' ? 'ecdsa-p256' : 'other';
}

function unreadableKey(origin: string, reason: string, remedy = defaultRemedy): UsageError {
  return new UsageError(`${origin} not readable: ${reason}`, { remedy });
}
