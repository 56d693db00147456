import { inspectCertificate } from '../certs/inspect.ts';
import { countDays, judgeValidity } from '../certs/validity.ts';
import { KnownError } from '../errors.ts';
import type { CertificateFacts } from '../model/certificate.ts';
import type { CertificateStatus } from '../model/status.ts';

/** How long the certificate in a Secret is good for; `pem` undefined: there is no such Secret. */
export function judgeCertificate(secret: string, pem: string | undefined, now: Date): CertificateStatus {
  if (pem === undefined) return { secret, state: 'missing', expires: null, daysLeft: null };
  const facts = readFacts(pem);
  if (facts === undefined) return { secret, state: 'unreadable', expires: null, daysLeft: null };
  return {
    secret,
    state: judgeValidity(facts, now),
    expires: facts.notAfter.toISOString(),
    daysLeft: countDays(now, facts.notAfter),
  };
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
