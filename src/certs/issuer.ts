import type { KeyObject, X509Certificate } from 'node:crypto';

import type { CertificateRequest } from '../model/certificate.ts';
import { readPermittedDnsNames, readSubjectKeyIdentifier, structureOf } from './certificate-structure.ts';
import { decodeDer, type DerNode } from './der.ts';
import { permitsName } from './names.ts';
import { parseCertificate } from './pem.ts';
import { printable } from '../text/escape.ts';
import { refuseIssue } from './refuse-issue.ts';

/** What the certificate takes from the authority that signs it. */
export interface Issuer {
  readonly certificate: X509Certificate;
  readonly subject: DerNode;
  readonly keyIdentifier: Uint8Array;
  readonly permittedDnsNames: readonly string[];
}

/** @throws UsageError when the text is no certificate, or one under which strict verifiers accept nothing. */
export function readIssuer(pem: string): Issuer {
  const certificate = parseCertificate(pem, 'certificate of the authority');
  const { subject, keyIdentifier, permittedDnsNames } = readFields(certificate);
  if (!certificate.ca) {
    throw refuseIssue('the issuer is no certificate authority', 'Sign with a certificate that says CA:TRUE.');
  }
  if (keyIdentifier === undefined) {
    // Python 3.13 and openssl -x509_strict refuse what such an authority signs (RFC 5280, 4.2.1.1).
    throw refuseIssue('the authority has no subject key identifier', 'Make the authority anew.');
  }
  return { certificate, subject, keyIdentifier, permittedDnsNames };
}

/** @throws UsageError when the authority may not or cannot sign what is requested. */
export function checkIssuer(authority: Issuer, issuerKey: KeyObject, request: CertificateRequest): void {
  if (!authority.certificate.checkPrivateKey(issuerKey)) {
    throw refuseIssue(
      "the signing key does not belong to the authority's certificate",
      'Put back the key that was made together with the certificate, or make the authority anew.',
    );
  }
  if (request.usage === 'authority') {
    throw refuseIssue(
      'an authority of this tool signs leaves only (path length 0)',
      'Make the new authority self-signed.',
    );
  }
  const { permittedDnsNames } = authority;
  const outside = request.dnsNames.find((name) => !permitsName(permittedDnsNames, name));
  if (outside !== undefined) {
    throw refuseIssue(
      `the authority may not sign for "${printable(outside)}"; it is permitted ${permittedDnsNames.map((each) => printable(each)).join(', ')}`,
      'Use a name within these, or make the authority anew for the other domain.',
    );
  }
}

function readFields(
  certificate: X509Certificate,
): Pick<Issuer, 'subject' | 'permittedDnsNames'> & Partial<Pick<Issuer, 'keyIdentifier'>> {
  try {
    const structure = structureOf(certificate);
    const keyIdentifier = readSubjectKeyIdentifier(structure);
    return {
      subject: decodeDer(structure.subject),
      permittedDnsNames: readPermittedDnsNames(structure),
      ...(keyIdentifier === undefined ? {} : { keyIdentifier }),
    };
  } catch {
    throw refuseIssue('the certificate of the authority is damaged', 'Make the authority anew.');
  }
}
