import { InternalError } from '../errors.ts';
import type { CertificateRequest } from '../model/certificate.ts';
import { dnsNameProblem } from './names.ts';
import { printable } from '../text/escape.ts';
import { refuseIssue } from './refuse-issue.ts';

/** @throws UsageError for names that are no DNS names, or that are repeated. */
export function checkNames(request: CertificateRequest): void {
  for (const name of [...request.dnsNames, ...request.permittedDnsNames]) {
    const problem = dnsNameProblem(name);
    if (problem !== undefined) {
      throw refuseIssue(`"${printable(name)}" is no DNS name: ${problem}`, 'Correct the name in ingress-tls.yaml.');
    }
  }
  for (const names of [request.dnsNames, request.permittedDnsNames]) {
    const repeated = names.find((name, index) => names.indexOf(name) !== index);
    if (repeated !== undefined) {
      throw refuseIssue(`"${printable(repeated)}" is named twice`, 'Name it once.');
    }
  }
  const wildcardSubtree = request.permittedDnsNames.find((name) => name.startsWith('*'));
  if (wildcardSubtree !== undefined) {
    throw refuseIssue(
      `"${printable(wildcardSubtree)}" is no subtree`,
      'Permit the domain itself; what is below it is included.',
    );
  }
}

/**
 * Checks what a certificate must say of its subject, by its usage.
 *
 * @param subject what fits into the subject, and whether the certificate is its own issuer.
 * @throws UsageError when a name is missing; InternalError for what no function of requests.ts asks for.
 */
export function checkIdentity(
  request: CertificateRequest,
  { isNameless, isSelfSigned }: { readonly isNameless: boolean; readonly isSelfSigned: boolean },
): void {
  const { usage, commonName, dnsNames, permittedDnsNames } = request;
  if (usage !== 'authority' && permittedDnsNames.length > 0) {
    throw new InternalError('name constraints are for authorities only (RFC 5280, 4.2.1.10)');
  }
  if (usage === 'authority' && dnsNames.length > 0) {
    throw new InternalError('an authority is no server and has no DNS names');
  }
  if (usage === 'server' && dnsNames.length === 0) {
    throw refuseIssue(
      'a server needs a DNS name; clients ignore the common name (RFC 9525, 2)',
      'Request at least one DNS name.',
    );
  }
  // A common name that is a title and no host name misleads nobody: a controller's own certificate has one.
  const looksLikeHost = commonName !== undefined && dnsNameProblem(commonName) === undefined;
  if (usage === 'server' && looksLikeHost && !dnsNames.includes(commonName)) {
    throw refuseIssue(
      `the common name "${printable(commonName)}" is not among the DNS names`,
      'Request it as a DNS name too.',
    );
  }
  // An empty subject is for whoever the alternative names identify; an issuer has a name (RFC 5280, 4.1.2.4 and 4.1.2.6).
  if (isNameless && (usage !== 'server' || isSelfSigned)) {
    throw refuseIssue(
      `a ${isSelfSigned ? 'self-signed certificate' : 'certificate'} for a ${usage} needs a name of at most 64 characters`,
      'Choose a shorter name.',
    );
  }
}
