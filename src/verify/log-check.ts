import type { CheckResult } from '../model/verification.ts';
import { judgeAccessLog, type LogEvidence } from './checks/access-log.ts';
import { judgeClientAddress } from './checks/client-address.ts';
import { endsAtController } from './leaves.ts';
import type { VerifyContext, VerifySubject } from './subject.ts';

/** Judges `access-log`, and for services that end at the controller `client-address`. */
export function judgeLogs(
  context: VerifyContext,
  subject: VerifySubject,
  evidence: LogEvidence,
): readonly CheckResult[] {
  const situation = { context, subject };
  return [
    { check: 'access-log', ...judgeAccessLog(situation, evidence) },
    // A passed-through connection carries no address: the pod sees the controller's, as it must.
    ...(endsAtController(subject)
      ? [{ check: 'client-address' as const, ...judgeClientAddress(situation, evidence) }]
      : []),
  ];
}
