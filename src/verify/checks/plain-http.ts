import type { HttpAnswer } from '../../model/probe.ts';
import { findSpeaker, isReached } from '../answers.ts';
import { isEnded } from '../failures.ts';
import { fail, pass, type Finding, type ServiceCheck, type Situation } from '../finding.ts';
import { probePlainHttp } from '../probe-plan.ts';
import { mendCertificateFirst } from '../remedies.ts';
import { showAnswer, showFailure } from '../words.ts';

/** The port takes nothing but TLS, whatever the host: plain HTTP gets the controller's own page. */
export const plainHttp: ServiceCheck = {
  id: 'plain-http',
  appliesTo: () => true,
  plan: ({ subject }) => [probePlainHttp(subject)],
  expect: ({ context: { behaviour } }) => `status ${behaviour.plainHttp.status}, "${behaviour.plainHttp.text}"`,
  judge: (situation, see) => {
    const { answer, failure } = see(probePlainHttp(situation.subject));
    if (answer !== undefined) return judgeAnswer(situation, answer);
    const seen = `no answer: ${showFailure(failure)}`;
    const isRefused = failure !== undefined && (isEnded(failure) || failure.code === 'protocol');
    return isRefused
      ? fail(`${seen}; refused, but in other words`, otherProgram(situation), 'warning')
      : fail(seen, deadPort);
  },
};

function judgeAnswer(situation: Situation, answer: HttpAnswer): Finding {
  const { context, subject } = situation;
  const { plainHttp: page } = context.behaviour;
  const speaker = findSpeaker(context.subjects, answer) ?? (isReached(context, subject, answer) ? subject : undefined);
  if (speaker !== undefined || (answer.status >= 200 && answer.status <= 299)) {
    const who = speaker === undefined ? 'something' : `the application of ${speaker.service.name}`;
    return fail(showAnswer(answer), {
      cause: `${who} answers plain HTTP on the TLS port: whoever types http:// sends everything unencrypted, and nobody notices`,
      remedy: `give the TLS port, not the HTTP port: --address HOST:PORT; if it is, look at the Service of controller ${context.config.controller.name}: its port must lead to the controller's TLS port`,
    });
  }
  if (answer.status === page.status && answer.body.includes(page.text)) return pass(showAnswer(answer));
  return fail(`${showAnswer(answer)}; refused, but in other words`, otherProgram(situation), 'warning');
}

function otherProgram({ context }: Situation): { readonly cause: string; readonly remedy: string } {
  return {
    cause: `it is not ${context.behaviour.product} that answers there, or it was changed; no application was reached`,
    remedy: 'check what listens at the address, if it should be that controller',
  };
}

const deadPort = {
  cause:
    'whatever listens there does not answer plain HTTP at all, neither with the page nor by closing the connection',
  remedy: mendCertificateFirst,
};
