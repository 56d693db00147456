import { restartPods } from '../../project/places.ts';
import { backendOf } from '../../model/backend.ts';
import type { CertificateFacts } from '../../model/certificate.ts';
import type { HttpAnswer, Observation } from '../../model/probe.ts';
import { asksAtController, demandsCertificate, isOptionalInPod } from '../../model/client-auth.ts';
import {
  isClientRefusal,
  isControllerPage,
  isLetIn,
  isMissingCertificate,
  isReached,
  isRightOutcome,
  isUnreadableAuthority,
} from '../answers.ts';
import { isEnded } from '../failures.ts';
import {
  fail,
  pass,
  skip,
  type Explanation,
  type Finding,
  type See,
  type ServiceCheck,
  type Situation,
} from '../finding.ts';
import { identifyLeaf } from '../leaves.ts';
import { pinnedVersions, probeIdentity, probeVersion } from '../probe-plan.ts';
import { listObjects, mendClientAuth, mendPassthrough, nameProgram } from '../remedies.ts';
import { seeByVersion } from './by-version.ts';

type Identity = 'none' | 'foreign';

/**
 * Clients that must be refused. By the pod in TLS: by an alert or by ending the connection, during the handshake in TLS 1.2 and at
 * the first read after it in 1.3 (RFC 8446, 4.4.2.4 and 6.2); an HTTP answer of any kind means that TLS let them in. By the controller
 * so too, or by the page that it has for them. Where a certificate is optional, a client without one must be answered.
 */
function refuse(identity: Identity, expected: string): ServiceCheck {
  return {
    id: `client-certificate-${identity}`,
    appliesTo: ({ clientAuth }) => clientAuth,
    plan: ({ subject }) =>
      canTry(identity, subject)
        ? pinnedVersions.flatMap((version) => [
            probeIdentity(subject, version, identity),
            probeVersion(subject, version),
          ])
        : [],
    expect: ({ context, subject: { service } }) => {
      if (isWelcome(identity, service)) return `${expected} is answered, in TLS 1.2 and 1.3`;
      const way =
        asksAtController(service) && context.behaviour.clientAuth?.refusesBy === 'page'
          ? `by the controller's page`
          : `by TLS${service.protocol === 'tcp' ? '' : ', before any HTTP answer'}`;
      return `${expected} is refused ${way}, in TLS 1.2 and 1.3`;
    },
    judge: (situation, see) =>
      canTry(identity, situation.subject)
        ? isWelcome(identity, situation.subject.service)
          ? judgeWelcome(situation, see)
          : judge(situation, identity, see)
        : skip('no certificate of another authority is here to try with'),
  };
}

export const withoutCertificate = refuse('none', 'a client without a certificate');
export const withForeignCertificate = refuse('foreign', 'a client certificate of another authority');

/** Whether it is to be let in. */
function isWelcome(identity: Identity, service: Situation['subject']['service']): boolean {
  return identity === 'none' && !demandsCertificate(service);
}

function judgeWelcome(situation: Situation, see: See): Finding {
  const { context, subject } = situation;
  const { spoken, show } = seeByVersion(see, (version) => probeIdentity(subject, version, 'none'));
  const seen = show();
  const isAnswered = ({ observation }: (typeof spoken)[number]): boolean =>
    isRightOutcome(context, subject, observation);
  if (spoken.length > 0 && spoken.every(isAnswered)) return pass(seen);
  const refused = spoken.some(
    ({ observation: { answer, failure } }) =>
      (answer !== undefined && isClientRefusal(context.behaviour, answer)) ||
      (failure !== undefined && isEnded(failure)),
  );
  const who = asksAtController(subject.service) ? 'the controller' : `the pod of ${subject.service.name}`;
  return refused
    ? fail(seen, { cause: `${who} refuses clients without a certificate`, remedy: demand(situation) })
    : skip(`neither refused nor answered as it should be, which is the check answer's: ${seen}`);
}

function canTry(identity: Identity, { foreignClient }: Situation['subject']): boolean {
  return identity === 'none' || foreignClient !== undefined;
}

/**
 * `refused`: by who has the right certificate. `elsewhere`: by somebody with another. `unproven`: as the right client is.
 * `unclear`: neither let in nor refused.
 */
type Outcome = 'answered' | 'refused' | 'elsewhere' | 'unproven' | 'unclear';

function judge(situation: Situation, identity: Identity, see: See): Finding {
  const { subject } = situation;
  const { spoken, show } = seeByVersion(see, (version) => probeIdentity(subject, version, identity));
  const judged = spoken.map(({ version, observation }) => ({
    observation,
    outcome: classify(situation, observation, see(probeVersion(subject, version))),
  }));
  const seen = show();
  for (const { outcome, observation } of judged) {
    if (outcome === 'answered') return fail(seen, explainAnswer(situation, identity, observation));
  }
  const outcomes = judged.map(({ outcome }) => outcome);
  if (outcomes.includes('elsewhere')) return fail(seen, terminated(situation));
  if (outcomes.includes('unclear')) return fail(seen, deadPod(situation));
  return outcomes.includes('refused')
    ? pass(show(showRefusal))
    : skip(`every client is refused alike, so it proves nothing: ${seen}`);
}

/** In a word or two: `400`, `alert 116`, `closed`. */
function showRefusal({ answer, failure }: Observation): string {
  if (answer !== undefined) return String(answer.status);
  if (failure?.alert !== undefined) return `alert ${failure.alert}`;
  return failure?.code === 'closed' ? 'closed' : 'reset';
}

/** @param right What the right client saw in the same version: a refusal proves something where that one gets in. */
function classify(situation: Situation, observation: Observation, right: Observation): Outcome {
  const { answer, failure, leaf } = observation;
  if (answer !== undefined) {
    const isClosed =
      asksAtController(situation.subject.service) && isUnreadableAuthority(situation.context.behaviour, answer);
    return isClosed ? 'unproven' : isPageOfRefusal(situation, observation) ? 'refused' : 'answered';
  }
  if (isLetIn(observation)) return 'answered';
  if (failure === undefined || !isEnded(failure)) return 'unclear';
  const shown = leaf ?? (isLetIn(right) ? right.leaf : undefined);
  if (shown === undefined) return 'unproven';
  return isPods(situation, shown) ? 'refused' : 'elsewhere';
}

/** The controller's own page, with the certificate that it has for the host. */
function isPageOfRefusal(situation: Situation, { answer, leaf }: Observation): boolean {
  if (!asksAtController(situation.subject.service) || answer === undefined) return false;
  return isClientRefusal(situation.context.behaviour, answer) && leaf !== undefined && isPods(situation, leaf);
}

/** An earlier certificate of the pod is still the pod's; that it is not the newest is the business of `certificate`. */
function isPods({ context, subject }: Situation, leaf: CertificateFacts): boolean {
  return ['expected', 'edition'].includes(identifyLeaf(context, subject, leaf).kind);
}

function explainAnswer(situation: Situation, identity: Identity, { leaf, answer }: Observation): Explanation {
  const { context, subject } = situation;
  const { service } = subject;
  if (answer !== undefined && asksAtController(service)) return explainOpenController(situation, identity, answer);
  const isMissing = answer !== undefined && isMissingCertificate(answer);
  if (leaf === undefined || !isPods(situation, leaf) || isMissing) return terminated(situation);
  if (answer !== undefined && !isReached(context, subject, answer)) {
    return {
      cause:
        'the pod lets the connection in and refuses by HTTP at best: its TLS does not demand a certificate of the right authority',
      remedy: demand(situation),
    };
  }
  return identity === 'none'
    ? {
        cause: `the pod of ${service.name} does not demand a client certificate: everybody gets in`,
        remedy: demand(situation),
      }
    : {
        cause: `the pod of ${service.name} takes a client certificate of any authority: whoever makes one gets in`,
        remedy: demand(situation),
      };
}

function explainOpenController(situation: Situation, identity: Identity, answer: HttpAnswer): Explanation {
  const { context, subject } = situation;
  const { service } = subject;
  const remedy = demand(situation);
  if (isControllerPage(context.behaviour, answer)) {
    return {
      cause: `something else answers before the controller has asked for a certificate: a route without auth-tls, or an error that hides the question`,
      remedy,
    };
  }
  return {
    cause:
      identity === 'none'
        ? `the controller does not demand a client certificate for ${service.host}: everybody gets in`
        : `the controller takes a client certificate of another authority for ${service.host}`,
    remedy,
  };
}

function demand({ context, subject }: Situation): string {
  const { service } = subject;
  if (asksAtController(service)) return mendClientAuth(context, subject);
  return backendOf(service) === 'demo'
    ? `ingress-tls apply, then ${restartPods(service)}`
    : `let ${nameProgram(service)} ${isOptionalInPod(service) ? 'take clients without a certificate, and verify those that come against' : 'require and verify client certificates against'} the mounted authority (Secret ${service.clientCaSecret ?? ''}, key ca.crt)`;
}

function terminated({ subject: { service } }: Situation): Explanation {
  return {
    cause: `a proxy before the pod ended TLS, so the pod never sees who comes to ${service.host}`,
    remedy: mendPassthrough,
  };
}

function deadPod({ context, subject: { service } }: Situation): Explanation {
  return {
    cause: 'no ready pod or a dead backend: the client was neither let in nor refused',
    remedy: listObjects(context, service),
  };
}
