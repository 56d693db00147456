import { inspectCertificate } from '../certs/inspect.ts';
import { renewalDays } from '../certs/validity.ts';
import { KnownError } from '../errors.ts';
import type { CertificateFacts } from '../model/certificate.ts';
import type { CertificateStatus } from '../model/status.ts';

const millisecondsOfDay = 24 * 60 * 60 * 1000;

/** How long the certificate in a Secret is good for; `pem` undefined: there is no such Secret. */
export function judgeCertificate(secret: string, pem: string | undefined, now: Date): CertificateStatus {
  if (pem === undefined) return { secret, state: 'missing', expires: null, daysLeft: null };
  const facts = readFacts(pem);
  if (facts === undefined) return { secret, state: 'unreadable', expires: null, daysLeft: null };
  const daysLeft = Math.floor((facts.notAfter.getTime() - now.getTime()) / millisecondsOfDay);
  return { secret, state: judgeDates(facts, daysLeft, now), expires: facts.notAfter.toISOString(), daysLeft };
}

function judgeDates(
  { notBefore, notAfter }: CertificateFacts,
  daysLeft: number,
  now: Date,
): CertificateStatus['state'] {
  if (notBefore > now) return 'not-yet-valid';
  // The last second belongs to the period (RFC 5280, 4.1.2.5).
  if (notAfter < now) return 'expired';
  return daysLeft < renewalDays ? 'expiring' : 'valid';
}

/** What a PEM text from the cluster says; undefined: it is no certificate. */
export function readFacts(pem: string): CertificateFacts | undefined {
  try {
    return inspectCertificate(pem);
  } catch (error) {
    if (error instanceof KnownError) return undefined;
    throw error;
  }
}
