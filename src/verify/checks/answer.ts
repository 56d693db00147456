import { isAboutCertificate } from '../alerts.ts';
import { isRightAnswer } from '../answers.ts';
import { isEnded } from '../failures.ts';
import { explain, fail, pass, skip, type Finding, type ServiceCheck, type Situation } from '../finding.ts';
import type { ProbeFailure } from '../../model/probe.ts';
import { probeAsClient } from '../probe-plan.ts';
import { showAnswer, showFailure, showText } from '../words.ts';
import { noAnswer, noAnswerRules } from './no-answer-causes.ts';
import { otherAnswer, otherAnswerRules } from './other-answer-causes.ts';

/** The answer comes from the right service. */
export const answer: ServiceCheck = {
  id: 'answer',
  appliesTo: () => true,
  plan: ({ subject }) => [probeAsClient(subject)],
  expect: ({ subject: { answer: expected } }) =>
    `status ${expected.status} at ${showText(expected.path)}${expected.body === undefined ? '' : `, "${showText(expected.body)}"`}`,
  judge: (situation, see) => {
    const { answer: given, failure } = see(probeAsClient(situation.subject));
    if (given === undefined) return judgeFailure(situation, failure);
    if (isRightAnswer(situation.context, situation.subject, given)) return pass(showAnswer(given));
    const evidence = { ...situation, answer: given };
    return fail(showAnswer(given), explain(otherAnswerRules, evidence, otherAnswer(evidence)));
  },
};

function judgeFailure(situation: Situation, failure: ProbeFailure | undefined): Finding {
  const { service, client } = situation.subject;
  if (
    service.clientAuth &&
    client === undefined &&
    failure !== undefined &&
    isEnded(failure) &&
    isAboutCertificate(failure.alert)
  ) {
    return skip('no client certificate is here to ask with');
  }
  const evidence = { ...situation, failure };
  return fail(`no answer: ${showFailure(failure)}`, explain(noAnswerRules, evidence, noAnswer(evidence)));
}
