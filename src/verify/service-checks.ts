import type { CheckResult } from '../model/verification.ts';
import { answer } from './checks/answer.ts';
import { certificate } from './checks/certificate.ts';
import { coalescing } from './checks/coalescing.ts';
import { foreignHost } from './checks/foreign-host.ts';
import { largeHello, splitHello } from './checks/hellos.ts';
import { plainHttp } from './checks/plain-http.ts';
import { withForeignCertificate, withoutCertificate } from './checks/refused-identities.ts';
import { withRightCertificate } from './checks/right-identity.ts';
import { tlsVersions } from './checks/tls-versions.ts';
import { trust } from './checks/trust.ts';
import { upstreamVerification } from './checks/upstream-verification.ts';
import { validity } from './checks/validity.ts';
import { isUnreachable } from './failures.ts';
import { skip, type ServiceCheck } from './finding.ts';
import { probeAsClient } from './probe-plan.ts';
import { mendAnother } from './remedies.ts';
import { readFrom } from './read-observations.ts';
import type { NamedProbe, Observations, VerifyContext, VerifySubject } from './subject.ts';

/** What is looked at from outside, in the order of the report (model/verification.ts). */
const serviceChecks: readonly ServiceCheck[] = [
  certificate,
  trust,
  validity,
  answer,
  tlsVersions,
  plainHttp,
  withoutCertificate,
  withForeignCertificate,
  withRightCertificate,
  splitHello,
  largeHello,
  foreignHost,
  coalescing,
  upstreamVerification,
];

/**
 * The connections to make for a service: at most 5 where TLS ends at the controller, about 17 for passthrough. Each id once;
 * services share ids where they ask the same, so that a run over many makes each connection once.
 */
export function planServiceProbes(context: VerifyContext, subject: VerifySubject): readonly NamedProbe[] {
  const probes = listChecks(subject).flatMap((check) => check.plan({ context, subject }));
  return [...new Map(probes.map((named) => [named.id, named])).values()];
}

/**
 * What the observations mean: every check that applies to the service, once.
 *
 * @param seen An observation for every probe of planServiceProbes; there may be others.
 * @throws InternalError when one is missing: nothing may pass that was not looked at.
 */
export function judgeService(
  context: VerifyContext,
  subject: VerifySubject,
  seen: Observations,
): readonly CheckResult[] {
  const situation = { context, subject };
  const see = readFrom(seen);
  // One cause is told once: without a connection every other check would only repeat it.
  const isReachable = !isUnreachable(see(probeAsClient(subject)));
  const results = listChecks(subject).map((check): CheckResult => ({
    check: check.id,
    expected: check.expect(situation),
    ...(isReachable || check === certificate ? check.judge(situation, see) : skip('the address could not be reached')),
  }));
  const isRightCertificate = results.some(({ check, status }) => check === certificate.id && status === 'ok');
  if (!isRightCertificate) return results;
  return results.map((result) =>
    result.remedy === undefined ? result : { ...result, remedy: mendAnother(result.remedy, subject.service) },
  );
}

function listChecks({ service }: VerifySubject): readonly ServiceCheck[] {
  return serviceChecks.filter(({ appliesTo }) => appliesTo(service));
}
