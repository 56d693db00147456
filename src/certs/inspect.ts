import type { X509Certificate } from 'node:crypto';

import type { CertificateFacts } from '../model/certificate.ts';
import { readPermittedDnsNames, structureOf, type CertificateStructure } from './certificate-structure.ts';
import { findLimits } from './limits.ts';
import { parseCertificate, unreadable } from './pem.ts';
import { escapeControls } from '../text/escape.ts';

/**
 * Reads the first certificate of a PEM text. Nothing is verified: neither signature nor dates.
 *
 * @throws UsageError when the text holds no certificate or a private key.
 * @param origin what the text is, for the error: a path.
 */
export function inspectCertificate(pem: string, origin = 'certificate'): CertificateFacts {
  const certificate = parseCertificate(pem, origin);
  const structure = takeApart(certificate, origin);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    dnsNames: readDnsNames(certificate),
    isAuthority: certificate.ca,
    serialNumber: certificate.serialNumber.toLowerCase(),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: dateOf(certificate.validFrom, origin),
    notAfter: dateOf(certificate.validTo, origin),
    limits: findLimits(certificate, structure),
    permittedDnsNames: permittedDnsNamesOf(structure, origin),
  };
}

/** node:crypto puts each attribute on a line and escapes by RFC 2253; an empty name is undefined there. */
export function oneLine(name: string | undefined): string {
  return escapeControls((name ?? '').split('\n').join(', '));
}

/**
 * The dNSName entries of X509Certificate.subjectAltName: `DNS:a.test, URI:"http://b.test/, DNS:c.test"`, where an entry
 * with a comma, a quote or an unusual character stands as a JSON string (node@20 doc/api/crypto.md, CVE-2021-44532).
 */
export function readDnsNames({ subjectAltName = '' }: X509Certificate): readonly string[] {
  const entries = subjectAltName.matchAll(/(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)/g);
  return Array.from(entries)
    .filter(([, kind]) => kind === 'DNS')
    .map(([, , value = '']) => escapeControls(value.startsWith('"') ? String(JSON.parse(value)) : value));
}

function dateOf(text: string, origin: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    throw unreadable(origin, 'its dates are in no known form');
  }
  return date;
}

function takeApart(certificate: X509Certificate, origin: string): CertificateStructure {
  try {
    return structureOf(certificate);
  } catch {
    throw damaged(origin);
  }
}

function permittedDnsNamesOf(structure: CertificateStructure, origin: string): readonly string[] {
  try {
    return readPermittedDnsNames(structure).map(escapeControls);
  } catch {
    throw damaged(origin);
  }
}

function damaged(origin: string): Error {
  return unreadable(origin, 'its extensions are damaged');
}
