import type { Observation } from '../model/probe.ts';
import type { CheckResult } from '../model/verification.ts';
import { judgeAccessLog } from './checks/access-log.ts';
import { judgeClientAddress } from './checks/client-address.ts';
import { endsAtController } from './leaves.ts';
import type { VerifyContext, VerifySubject } from './subject.ts';

/** What the logs say about one request that was made for this purpose. */
export interface LogEvidence {
  /** The request's path, which nobody else asks for. */
  readonly path: string;
  /** What the request saw, made as the service's own client (with its client certificate). */
  readonly request: Observation;
  /** Lines of the controller's log since before this run's first connection: all of them, not only those with `path`. */
  readonly controllerLines: readonly string[];
  /**
   * Whether a request of this run that the controller answered itself, with a path nobody else asks for, was found in
   * `controllerLines`: what this machine sends shows there, so that a missing line means something.
   */
  readonly isWitnessed: boolean;
  /** Whether `controllerLines` is not all there was: a missing line means nothing then. */
  readonly isCut: boolean;
  /** Lines of the service's pods since then; empty where they could not be read. */
  readonly podLines: readonly string[];
  /** This machine's address as the cluster sees it, where it is known. */
  readonly ownAddress?: string;
}

/** Judges `access-log`, and for services that end at the controller `client-address`. */
export function judgeLogs(context: VerifyContext, subject: VerifySubject, evidence: LogEvidence): readonly CheckResult[] {
  const situation = { context, subject };
  return [
    { check: 'access-log', ...judgeAccessLog(situation, evidence) },
    // A passed-through connection carries no address: the pod sees the controller's, as it must.
    ...(endsAtController(subject) ? [{ check: 'client-address' as const, ...judgeClientAddress(situation, evidence) }] : []),
  ];
}
