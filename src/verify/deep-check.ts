import type { Observation } from '../model/probe.ts';
import type { CheckResult } from '../model/verification.ts';
import { findSpeaker, isRightAnswer } from './answers.ts';
import { fail, pass, skip, type Finding } from './finding.ts';
import { describeRoute } from './remedies.ts';
import type { VerifyContext, VerifySubject } from './subject.ts';
import { showOutcome } from './words.ts';

/** A single error proves nothing: an application has its own, and pods come and go. */
const refusalsInARow = 3;

/** What was seen of a hop: all looks while its authority was another authority, oldest first, and the last one after it was put back. */
export interface HopEvidence {
  readonly broken: readonly Observation[];
  readonly mended: Observation;
}

/** `answered`: by the pod; `refused`: an error of the controller in place of the pod's answer; `silent`: no answer. */
export type HopState = 'answered' | 'refused' | 'other' | 'silent';

/** What one request over the hop met. The refusal is known by its status alone: a person may have other error pages. */
export function readHop(
  { behaviour, subjects }: VerifyContext,
  subject: VerifySubject,
  { answer }: Observation,
): HopState {
  if (answer === undefined) return 'silent';
  const speaker = findSpeaker(subjects, answer);
  const isError =
    answer.status === behaviour.upstreamRefused.status || answer.status === behaviour.upstreamMissing.status;
  if (isError && speaker === undefined) return 'refused';
  return isRightAnswer({ subjects }, subject, answer) || speaker?.service.name === subject.service.name
    ? 'answered'
    : 'other';
}

/** Whether the latest looks leave no doubt that the hop is refused. */
function isRefusedSteadily(context: VerifyContext, subject: VerifySubject, looks: readonly Observation[]): boolean {
  return (
    looks.length >= refusalsInARow &&
    looks.slice(-refusalsInARow).every((look) => readHop(context, subject, look) === 'refused')
  );
}

/** Whether more looks would not help: refused for sure, or an error that is nobody's whom we know, while users get it too. */
export function isDecided(context: VerifyContext, subject: VerifySubject, looks: readonly Observation[]): boolean {
  return (
    isRefusedSteadily(context, subject, looks) ||
    (looks.length >= refusalsInARow &&
      looks.slice(-refusalsInARow).every((look) => isUnknownError(context, subject, look)))
  );
}

/** The check `upstream-verification`, of what probeHop's probe saw. */
export function judgeDeep(context: VerifyContext, subject: VerifySubject, evidence: HopEvidence): CheckResult {
  return {
    check: 'upstream-verification',
    expected: expectRefusedHop(subject),
    ...judge(context, subject, evidence),
  };
}

/** What should be, in words. */
export function expectRefusedHop(subject: VerifySubject): string {
  return `the hop to the pod of ${subject.service.name} is refused while ${sourceOf(subject)} holds another authority`;
}

function judge(context: VerifyContext, subject: VerifySubject, { broken, mended }: HopEvidence): Finding {
  if (isRefusedSteadily(context, subject, broken)) return judgeRefusal(context, subject, broken, mended);
  const latest = broken.slice(-refusalsInARow);
  const look = latest.findLast((each) => readHop(context, subject, each) !== 'refused') ?? latest.at(-1);
  if (look === undefined) return skip('nothing was looked at');
  const seen = showOutcome(look);
  switch (readHop(context, subject, look)) {
    case 'refused':
      return skip(`${seen}, but not ${refusalsInARow} times in a row before the time was over`);
    case 'silent':
      return fail(`no answer: ${seen}`, {
        cause: 'it cannot be told whether the hop is verified: the controller did not answer',
        remedy: `run ingress-tls verify ${subject.service.name} first, then again with --deep`,
      });
    case 'answered':
      return fail(seen, explainUnverified(context, subject));
    case 'other':
      return isUnknownError(context, subject, look)
        ? skip(
            `${seen}: neither the application's answer nor the error by which ${context.behaviour.product} refuses a hop, so it proves nothing`,
          )
        : fail(seen, explainOther(subject));
  }
}

function isUnknownError(context: VerifyContext, subject: VerifySubject, look: Observation): boolean {
  return look.answer !== undefined && look.answer.status >= 500 && readHop(context, subject, look) === 'other';
}

/** A pod that went away meanwhile looks like a refused hop: only one that is there again was refused because of the authority. */
function judgeRefusal(
  context: VerifyContext,
  subject: VerifySubject,
  broken: readonly Observation[],
  mended: Observation,
): Finding {
  const seen = broken.slice(-1).map(showOutcome).join();
  if (readHop(context, subject, mended) === 'answered') return pass(seen);
  return fail(`${seen}; with its own authority again: ${showOutcome(mended)}`, {
    cause:
      'the service has not answered since, so that the refusal proves nothing: its pod went away meanwhile, or the controller has not read the Secret again',
    remedy: `ingress-tls verify ${subject.service.name} shows when it answers; then try --deep again`,
  });
}

function explainUnverified(context: VerifyContext, subject: VerifySubject) {
  return {
    cause:
      `${context.behaviour.product} does not verify the pod: whoever stands between can read and change everything. ` +
      `${context.words.whyUnverified(sourceOf(subject))}, or the change had not arrived yet`,
    remedy: `ingress-tls apply; then ${describeRoute(context, subject.service)}`,
  };
}

function explainOther(subject: VerifySubject) {
  return {
    cause: `neither the application's answer nor an error of the controller: the request did not take the way that mode ${subject.service.mode} has`,
    remedy: `mend the check answer first: ingress-tls verify ${subject.service.name}`,
  };
}

function sourceOf({ upstreamCaSource }: VerifySubject): string {
  return upstreamCaSource ?? 'what verifies the hop';
}
