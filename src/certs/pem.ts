import { X509Certificate } from 'node:crypto';

import { UsageError } from '../errors.ts';

/** Well above any chain that a server sends; a larger text is something else. */
const longestText = 256 * 1024;

const begin = '-----BEGIN CERTIFICATE-----';
const end = '-----END CERTIFICATE-----';

/** Text form (RFC 7468, 2) of what has this label, with LF line ends: CRLF would end up in the Secret's data. */
export function encodePem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** A block from its BEGIN to its END line, line ends as LF. */
export interface PemBlock {
  /** `CERTIFICATE`, `RSA PRIVATE KEY` */
  readonly label: string;
  readonly text: string;
}

/** Why a part of a text would be passed over, in words that repeat nothing of it. */
export interface PemFault {
  readonly reason: string;
  readonly remedy: string;
}

/**
 * The blocks of a text as Go's encoding/pem finds them (go@1.26 src/encoding/pem/pem.go, Decode): kubectl, ingress-nginx and
 * Traefik read Secrets with it. A block whose BEGIN or END line has anything else in it, a byte order mark say, is passed over
 * there without a word, while OpenSSL may read it. Here it is a fault, for what is judged must be what is used.
 */
export function readBlocks(text: string): { readonly blocks: readonly PemBlock[]; readonly fault?: PemFault } {
  const blocks: PemBlock[] = [];
  let open: { readonly label: string; readonly line: number; readonly lines: string[] } | undefined;
  const lines = text.split('\n').map((line) => line.replace(/\r$/, '').replace(/[ \t]+$/, ''));
  for (const [index, line] of lines.entries()) {
    const label = /^-----BEGIN ([A-Z0-9 .#-]{1,40})-----$/.exec(line)?.[1];
    if (label === undefined ? line.includes('-----BEGIN ') : open !== undefined) {
      return { blocks, fault: label === undefined ? misplaced(index + 1, 'BEGIN') : unended(open?.line ?? index + 1) };
    }
    if (label !== undefined) open = { label, line: index + 1, lines: [] };
    open?.lines.push(line);
    if (open === undefined || !line.includes('-----END ')) continue;
    if (line !== `-----END ${open.label}-----`) return { blocks, fault: misplaced(index + 1, 'END') };
    blocks.push({ label: open.label, text: `${open.lines.join('\n')}\n` });
    open = undefined;
  }
  if (open !== undefined) return { blocks, fault: unended(open.line) };
  if (blocks.length > 0 || !text.includes('\0')) return { blocks };
  return {
    blocks,
    fault: { reason: 'it has zero bytes in it, as UTF-16 text has', remedy: 'Save it as UTF-8 text in PEM form.' },
  };
}

function misplaced(line: number, end: 'BEGIN' | 'END'): PemFault {
  return {
    reason: `in line ${line}, something else stands beside "-----${end} ...-----", so Kubernetes, ingress-nginx and Traefik pass over the block`,
    remedy: `Give "-----BEGIN ...-----" and "-----END ...-----" lines of their own, with nothing before or behind them: no space, no byte order mark.`,
  };
}

function unended(line: number): PemFault {
  return {
    reason: `the block that begins in line ${line} is damaged: its "-----END ...-----" is missing`,
    remedy: 'Bring the whole file from where it was made.',
  };
}

// By the text of a file. Several things are asked of each certificate and of the authority above it, and reading one takes longer than to
// answer them all. Same text, same certificate: what is remembered cannot be seen from outside.
const remembered = new Map<string, Certificates>();
const mostRemembered = 16;

/** Those of a file, in its order. */
export type Certificates = readonly [X509Certificate, ...X509Certificate[]];

/** The first certificate of a PEM text. @throws UsageError as parseCertificates. */
export function parseCertificate(pem: string, origin?: string): X509Certificate {
  return parseCertificates(pem, origin)[0];
}

/**
 * Reads the certificates of a PEM text: a chain, or a bundle of authorities.
 *
 * @param origin what the text is, for the error: a path.
 * @throws UsageError when there is none, and when the text holds a private key too. No message repeats the text.
 */
export function parseCertificates(pem: string, origin = 'certificate'): Certificates {
  const certificates = remembered.get(pem) ?? readCertificates(pem, origin);
  remembered.delete(pem);
  remembered.set(pem, certificates);
  for (const oldest of remembered.keys()) {
    if (remembered.size <= mostRemembered) break;
    remembered.delete(oldest);
  }
  return certificates;
}

function readCertificates(pem: string, origin: string): Certificates {
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
  const { blocks, fault } = readBlocks(pem);
  if (fault !== undefined) {
    throw unreadable(origin, fault.reason, fault.remedy);
  }
  const [first, ...others] = blocks;
  if (first === undefined) {
    throw unreadable(origin, `no block from "${begin}" to "${end}" was found`);
  }
  if (first.label !== 'CERTIFICATE') {
    // ingress-nginx@1.15.1 internal/net/ssl/ssl.go, CreateSSLCert, looks at the first block alone.
    throw unreadable(
      origin,
      `its first block is "-----BEGIN ${first.label}-----", and ingress-nginx wants the certificate first`,
      first.label === 'PKCS7'
        ? `Write the certificates of the bundle: openssl pkcs7 -in ${origin} -print_certs -out NEW-FILE`
        : `Write the certificate alone: openssl x509 -in ${origin} -out NEW-FILE`,
    );
  }
  return [
    readBlock(first.text, origin),
    ...others.flatMap(({ label, text }) => (label === 'CERTIFICATE' ? [readBlock(text, origin)] : [])),
  ];
}

function readBlock(block: string, origin: string): X509Certificate {
  try {
    return new X509Certificate(block);
  } catch {
    throw unreadable(origin, 'a block is damaged or is no X.509 certificate');
  }
}

/** Whether a text has a block of any kind of private key in it: PKCS#8, encrypted, PKCS#1, SEC 1, OpenSSH. */
function holdsPrivateKey(text: string): boolean {
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
