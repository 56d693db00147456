import { X509Certificate } from 'node:crypto';

import type { ChainFacts } from '../model/certificate.ts';
import { quote } from '../text/escape.ts';
import { readPathLength, readPermittedDnsNames, structureOf } from './certificate-structure.ts';
import { oneLine, readDnsNames } from './inspect.ts';
import { permitsName } from './names.ts';
import { parseCertificates } from './pem.ts';

/** From the certificate of the server or client up, as far as it goes. */
interface Path {
  readonly certificates: readonly X509Certificate[];
  readonly isTrusted: boolean;
}

/**
 * Whether whoever is shown a file's certificates reaches one that it trusts, as OpenSSL goes about it: an issuer is looked for among what
 * is trusted and what is shown, by names, key identifiers and signature; above a trusted one only trusted ones are looked for, and the last
 * has signed itself (openssl@3.0 crypto/x509/x509_vfy.c, build_chain, without X509_V_FLAG_PARTIAL_CHAIN). Where several fit, all are
 * tried, as Go and browsers do and OpenSSL does not. Dates are given as facts.
 *
 * @param shown PEM of the certificates that are shown, or are to be.
 * @param trust PEM of what must be reached, with its path for errors; or, where nobody named it, the way to the public roots: then what the file has at
 * its end is good too.
 * @param purpose what the first certificate is shown as.
 * @throws UsageError when a text holds no certificate.
 */
export function judgeChain(
  shown: string,
  trust: { readonly pem: string; readonly origin: string } | { readonly readPublicRoots: () => readonly string[] },
  purpose: keyof typeof purposes = 'server',
): ChainFacts {
  const certificates = parseCertificates(shown);
  const authorities = 'pem' in trust ? parseCertificates(trust.pem, trust.origin) : undefined;
  const leaf = findLeaf(certificates);
  const path = findPath(leaf, certificates, authorities ?? certificates.filter(signedItself));
  const trustedBy = path.isTrusted
    ? nameTrust(path, authorities !== undefined)
    : 'readPublicRoots' in trust && isUnder(path, trust.readPublicRoots())
      ? 'public'
      : undefined;
  const top = path.certificates.at(-1) ?? leaf;
  const order = [
    ...path.certificates.filter((each) => certificates.some((one) => isSame(each, one))),
    ...certificates.filter((each) => !path.certificates.some((used) => isSame(each, used))),
  ];
  const soonest = path.certificates.slice(1).toSorted((one, other) => end(one).getTime() - end(other).getTime())[0];
  const breach = findBreach(path.certificates, purpose);
  return {
    beginsWithLeaf: leaf === certificates[0],
    ...(trustedBy === undefined ? { lacks: { certificate: nameOf(top), issuer: oneLine(top.issuer) } } : { trustedBy }),
    ...(order.every((each, index) => isSame(each, certificates[index])) ? {} : { order: order.map(nameOf) }),
    ...(soonest === undefined ? {} : { soonest: { subject: nameOf(soonest), notAfter: end(soonest) } }),
    ...(breach === undefined ? {} : { breach }),
  };
}

/** Whether the first certificate of one text signed that of the other. */
export function isIssuedBy(issued: string, issuer: string): boolean {
  return isSignedBy(parseCertificates(issued)[0], parseCertificates(issuer)[0]);
}

/** PEM of what a client should trust to judge a server that shows this file, where nobody named an authority; undefined: the public roots. */
export function findOwnAnchor(shown: string): string | undefined {
  const certificates = parseCertificates(shown);
  const path = findPath(findLeaf(certificates), certificates, certificates.filter(signedItself));
  return path.isTrusted ? path.certificates.at(-1)?.toString() : undefined;
}

/** Whether a text holds a certificate that a verifier can end at; without one OpenSSL trusts nothing by it. */
export function holdsAnchor(trusted: string, origin?: string): boolean {
  return parseCertificates(trusted, origin).some(signedItself);
}

function nameTrust({ certificates }: Path, isNamed: boolean): ChainFacts['trustedBy'] {
  if (isNamed) return 'authority';
  return certificates.length === 1 ? 'itself' : 'file';
}

/** What all of the others are above of: nothing in the file was signed by it. */
function findLeaf(certificates: readonly [X509Certificate, ...X509Certificate[]]): X509Certificate {
  const vouchesForNone = (each: X509Certificate): boolean =>
    certificates.every((other) => isSame(each, other) || !isSignedBy(other, each));
  return certificates.find((each) => vouchesForNone(each)) ?? certificates[0];
}

/** The first path to a trusted certificate that signed itself; where there is none, the longest. */
function findPath(leaf: X509Certificate, shown: readonly X509Certificate[], trusted: readonly X509Certificate[]): Path {
  // From where none went on, none will: each is tried once.
  const tried = new Set([leaf.fingerprint256]);
  let longest: readonly X509Certificate[] = [leaf];
  const found = climb([leaf], leaf);
  return { certificates: found ?? longest, isTrusted: found !== undefined };

  function climb(path: readonly X509Certificate[], top: X509Certificate): readonly X509Certificate[] | undefined {
    const isTrusted = trusted.some((each) => isSame(each, top));
    if (isTrusted && signedItself(top)) return path;
    if (path.length > longest.length) longest = path;
    for (const issuer of isTrusted ? trusted : [...trusted, ...shown]) {
      if (tried.has(issuer.fingerprint256) || !isSignedBy(top, issuer)) continue;
      tried.add(issuer.fingerprint256);
      const found = climb([...path, issuer], issuer);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** What OpenSSL and Go refuse in an authority although its signature is right (RFC 5280, 6.1.4). */
function findBreach(path: readonly X509Certificate[], purpose: keyof typeof purposes): string | undefined {
  const [leaf, ...authorities] = path;
  const unfit = path.find(({ keyUsage }) => !isFor(keyUsage, purposes[purpose]));
  if (unfit !== undefined) return `${quote(nameOf(unfit))} is not for ${purpose}s (extended key usage)`;
  for (const [index, authority] of authorities.entries()) {
    const name = quote(nameOf(authority));
    const limits = readLimits(authority);
    if (limits === undefined) return `the extensions of ${name} are damaged`;
    const { length, permitted, isVersion1 } = limits;
    // Roots of version 1 have no extension to say it in.
    if (!authority.ca && !isVersion1) return `${name} is no authority`;
    // One that signed for another key of its own name does not count (RFC 5280, 6.1.4 (l)).
    const below = authorities.slice(0, index).filter(({ subject, issuer }) => subject !== issuer).length;
    if (length !== undefined && below > length) {
      return `${name} may have ${length === 0 ? 'no authority' : `${length} of them`} below it, and ${below} ${below === 1 ? 'is' : 'are'} there`;
    }
    const refused =
      leaf === undefined ? [] : readDnsNames(leaf).filter((each) => !permitsName(permitted, each.toLowerCase()));
    if (refused.length > 0) return `${name} may vouch for ${permitted.join(', ')} only, not for ${refused.join(', ')}`;
  }
  return undefined;
}

function readLimits(authority: X509Certificate) {
  try {
    const structure = structureOf(authority);
    return {
      length: readPathLength(structure),
      permitted: readPermittedDnsNames(structure),
      isVersion1: structure.extensions.size === 0,
    };
  } catch {
    return undefined;
  }
}

/** Extended key usages, as RFC 5280, 4.2.1.12 numbers them. */
const purposes = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;
const anyPurpose = '2.5.29.37.0';

/** node:crypto's `keyUsage` is the extended one; undefined where a certificate has none, which is then for everything. */
function isFor(usages: readonly string[] | undefined, purpose: string): boolean {
  return usages === undefined || usages.includes(purpose) || usages.includes(anyPurpose);
}

/** Names and key identifiers agree, and the key verifies the signature. */
function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && verifies(certificate, issuer);
}

/** A server may sign for itself without being an authority, which checkIssued does not call issuing. */
function signedItself(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && verifies(certificate, certificate);
}

function verifies(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    // A key that OpenSSL cannot use verifies nothing.
    return false;
  }
}

function isUnder({ certificates }: Path, roots: readonly string[]): boolean {
  return readRoots(roots).some((root) => certificates.some((each) => isSignedBy(each, root)));
}

// Reading 150 takes longer than asking all of them, and each pair of a person's own may ask.
const knownRoots = new WeakMap<readonly string[], readonly X509Certificate[]>();

function readRoots(roots: readonly string[]): readonly X509Certificate[] {
  const read = knownRoots.get(roots) ?? roots.map((pem) => new X509Certificate(pem));
  knownRoots.set(roots, read);
  return read;
}

function isSame(one: X509Certificate, other: X509Certificate | undefined): boolean {
  return one.fingerprint256 === other?.fingerprint256;
}

function nameOf({ subject, serialNumber }: X509Certificate): string {
  return oneLine(subject) || `serial number ${serialNumber}`;
}

function end({ validTo }: X509Certificate): Date {
  return new Date(validTo);
}
