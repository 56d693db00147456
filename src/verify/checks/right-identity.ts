import type { Observation } from '../../model/probe.ts';
import { hasOwnClients } from '../../model/client-auth.ts';
import { clientAuthority } from '../../project/places.ts';
import { isRightOutcome } from '../answers.ts';
import {
  explain,
  fail,
  pass,
  skip,
  type Explanation,
  type Finding,
  type See,
  type ServiceCheck,
  type Situation,
} from '../finding.ts';
import { pinnedVersions, probeVersion } from '../probe-plan.ts';
import { seeByVersion } from './by-version.ts';
import { noAnswer, noAnswerRules } from './no-answer-causes.ts';
import { otherAnswer, otherAnswerRules } from './other-answer-causes.ts';

/** The client that must be let in, in each version that it speaks; which ones it has to is the check `tls-versions`. */
export const withRightCertificate: ServiceCheck = {
  id: 'client-certificate-right',
  appliesTo: ({ clientAuth }) => clientAuth,
  plan: ({ subject }) =>
    subject.client === undefined ? [] : pinnedVersions.map((version) => probeVersion(subject, version)),
  expect: () => 'the right client certificate is let in and answered, in TLS 1.2 and 1.3',
  judge: (situation, see) =>
    situation.subject.client === undefined ? skip(explainLack(situation)) : judge(situation, see),
};

function explainLack({ subject: { service } }: Situation): string {
  return hasOwnClients(service)
    ? 'the client certificate or its key is not here'
    : `the authority of the clients is your own (${clientAuthority(service)}): to try with a certificate of it, --cert FILE --key FILE`;
}

function judge(situation: Situation, see: See): Finding {
  const { spoken, show } = seeByVersion(see, (version) => probeVersion(situation.subject, version));
  const seen = show();
  const wrong = spoken.find(({ observation }) => !isRightOutcome(situation.context, situation.subject, observation));
  if (wrong !== undefined) return fail(seen, explainObservation(situation, wrong.observation));
  return spoken.length > 0
    ? pass(seen)
    : fail(seen, { cause: 'the pod speaks neither TLS 1.2 nor 1.3', remedy: 'mend the check tls-versions first' });
}

function explainObservation(situation: Situation, { answer, failure }: Observation): Explanation {
  if (answer === undefined) {
    const evidence = { ...situation, failure };
    return explain(noAnswerRules, evidence, noAnswer(evidence));
  }
  const evidence = { ...situation, answer };
  return explain(otherAnswerRules, evidence, otherAnswer(evidence));
}
