import { createPrivateKey, createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';

import { UsageError } from '../errors.ts';
import { structureOf } from './certificate-structure.ts';
import { saysPublicKey } from './p256.ts';
import { isTooLong, parseCertificate, readBlocks } from './pem.ts';

const defaultOrigin = 'private key';
const defaultRemedy =
  'Give an unencrypted private key in PEM form; openssl pkey -in KEY -noout -check shows whether it is one.';

/**
 * Whether a private key belongs to a certificate.
 *
 * @throws UsageError when either text is not what it should be.
 */
export function isPair(
  certificatePem: string,
  keyPem: string,
  keyOrigin = defaultOrigin,
  certificateOrigin?: string,
): boolean {
  const certificate = parseCertificate(certificatePem, certificateOrigin);
  return isWrittenFor(certificate, keyPem) || certificate.checkPrivateKey(parsePrivateKey(keyPem, keyOrigin));
}

/** Whether a key says of itself that it is the certificate's; false where only OpenSSL can tell. */
function isWrittenFor(certificate: X509Certificate, keyPem: string): boolean {
  try {
    // OpenSSL reads no point that is not on the curve.
    return (
      certificate.publicKey.asymmetricKeyType === 'ec' &&
      saysPublicKey(keyPem, structureOf(certificate).subjectPublicKeyInfo)
    );
  } catch {
    return false;
  }
}

/**
 * The public key of a private key, as PEM of its SubjectPublicKeyInfo.
 *
 * @throws UsageError when the text is no readable private key.
 */
export function derivePublicKey(keyPem: string, origin = defaultOrigin): string {
  return createPublicKey(parsePrivateKey(keyPem, origin)).export({ type: 'spki', format: 'pem' }).toString();
}

/** What the labels of all of its forms end with. */
const keyLabel = 'PRIVATE KEY';

/**
 * Reads an unencrypted private key in PEM form.
 *
 * @throws UsageError that says what is wrong; neither it nor a cause of it repeats any of the text.
 */
export function parsePrivateKey(keyPem: string, origin = defaultOrigin): KeyObject {
  if (isTooLong(keyPem)) {
    throw unreadableKey(origin, 'the text is too long');
  }
  const { blocks, fault } = readBlocks(keyPem);
  if (fault !== undefined) {
    throw unreadableKey(origin, fault.reason, fault.remedy);
  }
  // What Go's tls.X509KeyPair and OpenSSL take: the first one, whatever stands around it.
  const block = blocks.find(({ label }) => label.endsWith(keyLabel));
  if (block === undefined) {
    throw unreadableKey(origin, `no block "-----BEGIN ${keyLabel}-----" was found`);
  }
  // RFC 7468, 11 (PKCS#8) and RFC 1421, 4.6.1.1 (the older forms).
  if (block.label === `ENCRYPTED ${keyLabel}` || /^Proc-Type: *4, *ENCRYPTED/m.test(block.text)) {
    throw unreadableKey(
      origin,
      'it is encrypted, and neither a pod nor a controller can be asked for its passphrase',
      'Write it without one: (umask 077; openssl pkey -in KEY -out NEW-KEY)',
    );
  }
  try {
    return createPrivateKey({ key: block.text, format: 'pem' });
  } catch {
    throw unreadableKey(origin, 'the block is damaged, or is a kind of key that OpenSSL does not know');
  }
}

function unreadableKey(origin: string, reason: string, remedy = defaultRemedy): UsageError {
  return new UsageError(`${origin} not readable: ${reason}`, { remedy });
}
