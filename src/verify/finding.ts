import type { PlannedService } from '../model/chart.ts';
import type { Observation } from '../model/probe.ts';
import type { CheckId, CheckResult, CheckStatus } from '../model/verification.ts';
import type { NamedProbe, VerifyContext, VerifySubject } from './subject.ts';

/** Why something does not hold, and what to do about it. */
export interface Explanation {
  readonly cause: string;
  readonly remedy: string;
}

/** A result without what the check says of itself. */
export type Finding = Omit<CheckResult, 'check' | 'expected'>;

/** What was seen by a probe that was planned. */
export type See = (probe: NamedProbe) => Observation;

/** The service that is judged, among all others. */
export interface Situation {
  readonly context: VerifyContext;
  readonly subject: VerifySubject;
}

export interface ServiceCheck {
  readonly id: CheckId;
  readonly appliesTo: (service: PlannedService) => boolean;
  readonly plan: (situation: Situation) => readonly NamedProbe[];
  /** What should be, in words. */
  readonly expect: (situation: Situation) => string;
  readonly judge: (situation: Situation, see: See) => Finding;
}

/** A rule of a decision tree: an explanation where it applies. */
export type Rule<Evidence> = (evidence: Evidence) => Explanation | undefined;

/** What the first rule says that applies; `otherwise` when none does. */
export function explain<Evidence>(
  rules: readonly Rule<Evidence>[],
  evidence: Evidence,
  otherwise: Explanation,
): Explanation {
  for (const rule of rules) {
    const explanation = rule(evidence);
    if (explanation !== undefined) return explanation;
  }
  return otherwise;
}

export function pass(seen: string): Finding {
  return { status: 'ok', seen };
}

/** @param why Why nothing was looked at. */
export function skip(why: string): Finding {
  return { status: 'skipped', seen: why };
}

export function fail(
  seen: string,
  explanation: Explanation,
  status: Extract<CheckStatus, 'failed' | 'warning'> = 'failed',
): Finding {
  return { status, seen, ...explanation };
}

/** What the controller is known not to do, where it is known; else the finding as it is. */
export function excuse(context: VerifyContext, check: CheckId, finding: Finding): Finding {
  const limit = context.behaviour.knownLimits.find((known) => known.check === check);
  if (limit === undefined) return finding;
  return {
    status: 'limit',
    seen: finding.seen,
    cause: `known limit of ${context.behaviour.product} (${limit.issue}): ${toClause(limit.meaning)}`,
    remedy: toClause(limit.remedy),
  };
}

/** Causes and remedies stand behind a label, as no sentences of their own; a word like TLS keeps its capitals. */
function toClause(sentence: string): string {
  return sentence.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase()).replace(/\.$/, '');
}
