import type { Observation } from '../model/probe.ts';
import type { CheckResult } from '../model/verification.ts';
import { findSpeaker, isControllerPage } from './answers.ts';
import { isAnybodyServed, isEnded, isUnreachable, provesNothing } from './failures.ts';
import { fail, pass, skip, type Explanation, type Finding } from './finding.ts';
import { endsAtController } from './leaves.ts';
import { probeUnknownName } from './probe-plan.ts';
import { readFrom } from './read-observations.ts';
import { listAllRoutes } from './remedies.ts';
import type { NamedProbe, Observations, VerifyContext, VerifySubject } from './subject.ts';
import { showCertificate, showOutcome } from './words.ts';

const controllerChecks = [
  {
    check: 'unknown-name',
    isNameSent: true,
    expected: 'no service of this project answers to a host that none of them has',
  },
  {
    check: 'no-name',
    isNameSent: false,
    expected: 'no service of this project answers where the hello has no host name',
  },
] as const;

/** The connections that are about the controller itself: two, or none in a project without services. */
export function planControllerProbes(context: VerifyContext): readonly NamedProbe[] {
  return context.subjects.length === 0
    ? []
    : controllerChecks.map(({ isNameSent }) => probeUnknownName(context, isNameSent));
}

/**
 * What they mean: `unknown-name` and `no-name`, always both.
 *
 * @param seen An observation for every probe of planControllerProbes; others show whether anybody is served at the address.
 * @throws InternalError when one is missing.
 */
export function judgeController(context: VerifyContext, seen: Observations): readonly CheckResult[] {
  const see = readFrom(seen);
  const isServing = isAnybodyServed(seen.values());
  return controllerChecks.map(({ check, isNameSent, expected }) => ({
    check,
    expected,
    ...(context.subjects.length === 0
      ? skip('there is no service')
      : judge(context, see(probeUnknownName(context, isNameSent)), isServing)),
  }));
}

/** Fallback or a terminated host's certificate, 404, alert, close: any of them is fine, as long as nobody is reached. */
function judge(context: VerifyContext, observation: Observation, isServing: boolean): Finding {
  if (isUnreachable(observation)) return skip('the address could not be reached');
  const { leaf, answer, failure } = observation;
  const seen = leaf === undefined ? showOutcome(observation) : `${showOutcome(observation)}; ${showCertificate(leaf)}`;
  const pod = context.subjects.find(
    (subject) => !endsAtController(subject) && leaf !== undefined && subject.leaf?.fingerprint === leaf.fingerprint,
  );
  if (pod !== undefined) return fail(seen, explainReached(context, pod));
  const speaker = answer === undefined ? undefined : findSpeaker(context.subjects, answer);
  if (speaker !== undefined) return fail(seen, explainReached(context, speaker));
  // What a person's own program answers here is not known: it may be anything but the controller's own page.
  if (
    answer !== undefined &&
    !isControllerPage(context.behaviour, answer) &&
    context.subjects.some(({ greeting }) => greeting === undefined)
  ) {
    return fail(
      seen,
      {
        cause: 'somebody answers to any host, and it cannot be told whether it is a service of this project',
        remedy: `look for a route without a host or a default backend: ${listAllRoutes(context)}`,
      },
      'warning',
    );
  }
  // Whose certificate it was does not matter where nobody was reached.
  if (answer !== undefined) return pass(showOutcome(observation));
  if (failure === undefined || !isEnded(failure)) return skip(`neither answered nor refused: ${seen}`);
  return isServing ? pass(showOutcome(observation)) : skip(`${provesNothing}: ${seen}`);
}

function explainReached(context: VerifyContext, { service }: VerifySubject): Explanation {
  return {
    cause: `${service.name} is what the controller takes for names that it does not know: a route without a host, or its default backend`,
    remedy: `${listAllRoutes(context)}; and ${context.words.unknownNamesSetting(context.config)}: ingress-tls apply`,
  };
}
