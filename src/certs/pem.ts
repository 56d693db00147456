import { X509Certificate } from 'node:crypto';

import { UsageError } from '../errors.ts';

/** Well above any chain that a server sends; a larger text is something else. */
const longestText = 256 * 1024;

const begin = '-----BEGIN CERTIFICATE-----';
const end = '-----END CERTIFICATE-----';

/** Text form of a certificate (RFC 7468, 5), with LF line ends: CRLF would end up in the Secret's data. */
export function encodeCertificate(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [begin, ...lines, end, ''].join('\n');
}

// Several things are asked of each certificate and of the authority above it, and reading one takes longer than to answer
// them all. Same text, same certificate: what is remembered cannot be seen from outside.
const remembered = new Map<string, X509Certificate>();
const mostRemembered = 16;

/**
 * Reads the first certificate of a PEM text; what follows it (a chain) does not count.
 *
 * @param origin what the text is, for the error: a path.
 * @throws UsageError when there is none, and when the text holds a private key too. No message repeats the text.
 */
export function parseCertificate(pem: string, origin = 'certificate'): X509Certificate {
  if (isTooLong(pem)) {
    throw unreadable(origin, `the text is longer than ${longestText} characters`);
  }
  if (holdsPrivateKey(pem)) {
    throw unreadable(
      origin,
      'the text holds a private key',
      'Keep the key in a file of its own, and give the file that holds the certificate alone.',
    );
  }
  const start = pem.indexOf(begin);
  const stop = start < 0 ? -1 : pem.indexOf(end, start);
  if (stop < 0) {
    throw unreadable(origin, `no block from "${begin}" to "${end}" was found`);
  }
  const block = pem.slice(start, stop + end.length);
  const certificate = remembered.get(block) ?? readBlock(block, origin);
  remembered.delete(block);
  remembered.set(block, certificate);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= mostRemembered) break;
    remembered.delete(oldest);
  }
  return certificate;
}

function readBlock(block: string, origin: string): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch {
    throw unreadable(origin, 'the block is damaged or is no X.509 certificate');
  }
}

/** Whether a text has a block of any kind of private key in it: PKCS#8, encrypted, PKCS#1, SEC 1, OpenSSH. */
export function holdsPrivateKey(text: string): boolean {
  return text.includes('PRIVATE KEY-----');
}

/** Whether a text is too long to be a certificate or a key. */
export function isTooLong(text: string): boolean {
  return text.length > longestText;
}

/** The error for a certificate that cannot be read. */
export function unreadable(origin: string, reason: string, remedy?: string): UsageError {
  return new UsageError(`${origin} not readable: ${reason}`, {
    remedy: remedy ?? 'Give a certificate in PEM form; openssl x509 -in FILE -noout -text shows whether it is one.',
  });
}
