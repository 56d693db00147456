import { removeDeepJournal, writeDeepJournal } from '../../world/files/deep-journal.ts';
import type { Prober } from '../../world/net/prober.ts';
import { poll } from '../../world/poll.ts';
import type { Observation } from '../../model/probe.ts';
import type { CheckResult } from '../../model/verification.ts';
import { findAuthority, type DesiredObject } from '../../project/desired-objects.ts';
import { expectRefusedHop, isDecided, judgeDeep, readHop } from '../../verify/deep-check.ts';
import { probeHop } from '../../verify/probe-plan.ts';
import type { VerifyContext, VerifySubject } from '../../verify/subject.ts';
import type { Project } from '../project.ts';
import type { Session } from '../session.ts';
import type { UntrustedIssuer } from './foreign.ts';
import type { StopWatch } from '../stop-watch.ts';
import { describe, type AuthorityStore } from './swap.ts';

/** Milliseconds between two looks. */
const pause = 300;

export interface DeepInput {
  readonly session: Session;
  readonly project: Project;
  readonly context: VerifyContext;
  readonly place: AuthorityStore;
  readonly prober: Prober;
  readonly untrusted: UntrustedIssuer;
  readonly stop: StopWatch;
}

/**
 * Puts another authority in the Secret of a service's hop, sees whether the hop is refused, and puts the project's own back,
 * whatever happens in between. To be called while holding the lock.
 *
 * @returns undefined where the profile has no hop to break.
 * @throws ToolError when the Secret cannot be changed or put back; in the latter case the journal says so to the next run.
 */
export async function checkDeep(input: DeepInput, subject: VerifySubject): Promise<CheckResult | undefined> {
  const { session, project, context, place, untrusted, stop } = input;
  const { config, desired } = project;
  const placement = desired.services.find(({ name }) => name === subject.service.name)?.upstreamCa;
  if (placement === undefined) return undefined;
  const secret = findAuthority(desired.objects, placement);
  if (secret === undefined)
    return skipDeep(
      subject,
      desired.kept.length > 0
        ? 'its authority lies in a Secret that cert-manager keeps, which is left alone'
        : 'its authority lies in the route itself, which is left alone',
    );
  const refusal = await place.refuseChange(secret);
  if (refusal !== undefined) return skipDeep(subject, refusal);
  const before = await ask(input, subject);
  stop.asked.throwIfAborted();
  if (readHop(context, subject, before) !== 'answered') {
    return skipDeep(subject, 'the service gives no answer of its own as it is, so that a refusal would prove nothing');
  }
  session.listener.message(
    `Breaking the hop to ${subject.service.name} for a moment: ${describe(secret)} gets another authority.`,
  );
  const broken = await lookWhileBroken(input, subject, secret, untrusted.makeAuthority(config.domain));
  const mended = await lookWhenMended(input, subject);
  stop.asked.throwIfAborted();
  return judgeDeep(context, subject, { broken, mended });
}

/** Of a service whose hop was left alone. */
export function skipDeep(subject: VerifySubject, why: string): CheckResult {
  return { check: 'upstream-verification', status: 'skipped', expected: expectRefusedHop(subject), seen: why };
}

async function lookWhileBroken(
  input: DeepInput,
  subject: VerifySubject,
  secret: DesiredObject,
  authority: string,
): Promise<readonly Observation[]> {
  const { session, context, place } = input;
  const { files, listener } = session;
  const looks: Observation[] = [];
  let isUnchanged = false;
  writeDeepJournal(files, { secretPath: secret.path, target: place.journalTarget });
  try {
    const failure = await place.replace(secret, authority);
    isUnchanged = failure !== undefined;
    if (failure !== undefined) throw failure;
    await lookUntil(input, subject, (seen) => {
      looks.push(seen);
      return isDecided(context, subject, looks);
    });
    return looks;
  } finally {
    if (!isUnchanged) {
      await place.putBack(secret);
      listener.message(`Put ${describe(secret)} back.`);
    }
    removeDeepJournal(files);
  }
}

async function lookWhenMended(input: DeepInput, subject: VerifySubject): Promise<Observation> {
  const { context, stop, session, place } = input;
  const isMended = (seen: Observation): boolean => readHop(context, subject, seen) === 'answered';
  const after = await lookUntil(input, subject, isMended);
  if (!isMended(after) && !stop.asked.aborted) {
    session.listener.notice({
      level: 'warning',
      code: 'hop-still-broken',
      message: `${subject.service.name} does not answer yet, ${place.longestWait / 1000} s after its Secret was put back`,
      remedy: `ingress-tls verify ${subject.service.name} shows when it does`,
    });
  }
  return after;
}

function lookUntil(
  input: DeepInput,
  subject: VerifySubject,
  isWanted: (seen: Observation) => boolean,
): Promise<Observation> {
  return poll(() => ask(input, subject), isWanted, { longest: input.place.longestWait, pause, stop: input.stop.asked });
}

function ask({ prober }: DeepInput, subject: VerifySubject): Promise<Observation> {
  return prober.probe(probeHop(subject).probe);
}
