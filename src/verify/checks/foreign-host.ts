import { podPort } from '../../model/backend.ts';
import { demandsCertificate } from '../../model/client-auth.ts';
import type { Observation } from '../../model/probe.ts';
import { isReached } from '../answers.ts';
import { isAnybodyServed, isEnded, provesNothing } from '../failures.ts';
import { excuse, fail, pass, skip, type Finding, type See, type ServiceCheck, type Situation } from '../finding.ts';
import { findTerminated, probeAsClient, probeForeignHost } from '../probe-plan.ts';
import { endsAtController } from '../leaves.ts';
import type { NamedProbe } from '../subject.ts';
import { showOutcome } from '../words.ts';
import { endsInPod } from '../../model/mode.ts';

/**
 * The name in the hello decides where TLS ends, the Host header where the request goes: one of them for another service, or
 * none, must not lead past the pod's own TLS (domain fronting turned around).
 */
export const foreignHost: ServiceCheck = {
  id: 'foreign-host',
  appliesTo: ({ mode }) => endsInPod(mode),
  plan: (situation) => [...listAttempts(situation).map(({ probe }) => probe), ...listUsual(situation)],
  expect: ({ subject: { service } }) =>
    `no answer of ${service.name} to Host ${service.host} over a connection for another name or none`,
  judge,
};

interface Attempt {
  /** The way in, in words. */
  readonly way: string;
  readonly probe: NamedProbe;
}

function listAttempts({ context, subject }: Situation): readonly Attempt[] {
  // One that lets everybody in, where there is one: a refused certificate would say nothing of the host.
  const [first] = findTerminated(context);
  const terminated =
    context.subjects.find((each) => endsAtController(each) && each.leaf !== undefined && !each.service.clientAuth) ??
    first;
  return [
    ...(terminated === undefined
      ? []
      : [{ way: `by ${terminated.service.host}`, probe: probeForeignHost(subject, terminated) }]),
    { way: 'without a name', probe: probeForeignHost(subject, undefined) },
  ];
}

/** What the services' own clients do, to see that the others are not treated as everybody is. */
function listUsual({ context, subject }: Situation): readonly NamedProbe[] {
  return [subject, ...findTerminated(context).slice(0, 1)].map(probeAsClient);
}

function judge(situation: Situation, see: See): Finding {
  const { service, greeting } = situation.subject;
  const attempts = listAttempts(situation).map(({ way, probe }) => ({ way, observation: see(probe) }));
  const seen = attempts.map(({ way, observation }) => `${way}: ${showOutcome(observation)}`).join('; ');
  const reached = attempts.filter(({ observation }) => isIn(situation, observation));
  const [first] = reached;
  if (first !== undefined) {
    const right = see(probeAsClient(situation.subject)).answer;
    // A person's own application is known by nothing but its status until it has answered in the right way.
    const isCertain =
      greeting !== undefined ||
      reached.some(({ observation }) => right !== undefined && observation.answer?.body === right.body);
    const finding = fail(
      seen,
      {
        cause: `whoever connects ${first.way} and asks for Host ${service.host} ${isCertain ? 'gets' : 'may get'} into ${service.name} past the pod's own TLS${service.clientAuth ? ' and without a client certificate' : ''}`,
        remedy: `${situation.context.words.keepToPassthrough} (ingress-tls apply), and let the pod take nothing but TLS on port ${podPort(service)}`,
      },
      isCertain ? 'failed' : 'warning',
    );
    // A pod that demands a certificate keeps out a controller that opens TLS to it: whoever is in then got past that as well.
    return demandsCertificate(service) ? finding : excuse(situation.context, 'foreign-host', finding);
  }
  const observations = attempts.map(({ observation }) => observation);
  const isClear = observations.every(
    ({ answer: given, failure }) => given !== undefined || (failure !== undefined && isEnded(failure)),
  );
  if (!isClear) return skip(`neither answered nor refused: ${seen}`);
  if (!isAnybodyServed([...observations, ...listUsual(situation).map(see)])) return skip(`${provesNothing}: ${seen}`);
  const [outcome, ...others] = new Set(observations.map(showOutcome));
  return pass(attempts.length === 2 && outcome !== undefined && others.length === 0 ? `${outcome} both ways` : seen);
}

function isIn({ context, subject }: Situation, { answer }: Observation): boolean {
  return answer !== undefined && isReached(context, subject, answer);
}
