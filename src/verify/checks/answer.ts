import { isClientRefusal, isRightOutcome } from '../answers.ts';
import { isEnded } from '../failures.ts';
import { demandsCertificate } from '../../model/client-auth.ts';
import { explain, fail, pass, skip, type Finding, type ServiceCheck, type Situation } from '../finding.ts';
import type { ProbeFailure } from '../../model/probe.ts';
import { listPaths, takesPath } from '../../model/paths.ts';
import { probeAsClient } from '../probe-plan.ts';
import type { VerifySubject } from '../subject.ts';
import { showAnswer, showFailure, showOutcome, showText } from '../words.ts';
import { noAnswer, noAnswerRules } from './no-answer-causes.ts';
import { otherAnswer, otherAnswerRules } from './other-answer-causes.ts';

/** The answer comes from the right service. */
export const answer: ServiceCheck = {
  id: 'answer',
  appliesTo: () => true,
  plan: ({ subject }) => [probeAsClient(subject)],
  expect: ({ subject: { answer: expected, service } }) => {
    if (service.protocol === 'tcp') return 'the connection is let be after the handshake';
    if (service.protocol === 'grpc') return `a gRPC status of ${showText(expected.path)}`;
    return `status ${expected.status} at ${showText(expected.path)}${expected.body === undefined ? '' : `, "${showText(expected.body)}"`}`;
  },
  judge: (situation, see) => {
    const observation = see(probeAsClient(situation.subject));
    if (isRightOutcome(situation.context, situation.subject, observation)) {
      const rival = findRival(situation);
      const seen = showOutcome(observation);
      return rival === undefined ? pass(seen) : skip(tellRival(situation, rival, seen));
    }
    const { answer: given, failure } = observation;
    if (given === undefined) return judgeFailure(situation, failure);
    const { service, client } = situation.subject;
    if (service.clientAuth && client === undefined && isClientRefusal(situation.context.behaviour, given))
      return skip(noClient);
    const evidence = { ...situation, answer: given };
    return fail(showAnswer(given), explain(otherAnswerRules, evidence, otherAnswer(evidence)));
  },
};

const noClient = 'no client certificate is here to ask with';

function judgeFailure(situation: Situation, failure: ProbeFailure | undefined): Finding {
  const { service, client } = situation.subject;
  if (demandsCertificate(service) && client === undefined && failure !== undefined && isEnded(failure))
    return skip(noClient);
  const evidence = { ...situation, failure };
  return fail(`no answer: ${showFailure(failure)}`, explain(noAnswerRules, evidence, noAnswer(evidence)));
}

/** Another service of the host that would have the request where this one's route is missing, and of which no more is known than of this one. */
function findRival({ context, subject: { service, answer: expected } }: Situation): VerifySubject | undefined {
  if (expected.body !== undefined || service.protocol !== undefined) return undefined;
  return context.subjects.find(
    ({ service: other, greeting }) =>
      other.host === service.host &&
      other.name !== service.name &&
      greeting === undefined &&
      listPaths(other).some((rule) => takesPath(rule, expected.path)),
  );
}

function tellRival({ subject: { service } }: Situation, { service: rival }: VerifySubject, seen: string): string {
  return `${seen}, which ${rival.name} may have given: it has all of ${service.host} that nobody else has; ask for what ${service.name} alone answers so: ingress-tls verify ${service.name} --path PATH --status NUMBER`;
}
