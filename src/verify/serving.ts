import { isControllerPage, isPage, isPlainHttpComplaint, findSpeaker } from './answers.ts';
import { answer } from './checks/answer.ts';
import { certificate } from './checks/certificate.ts';
import { isUnreachable } from './failures.ts';
import type { Finding, Situation } from './finding.ts';
import { endsAtController, identifyLeaf } from './leaves.ts';
import { probeAsClient } from './probe-plan.ts';
import { readFrom } from './read-observations.ts';
import type { NamedProbe, Observations } from './subject.ts';

/** The connections that show whether a service is served: a controller may not have read yet what was brought to the cluster. */
export function planServing(situation: Situation): readonly NamedProbe[] {
  return certificate.plan(situation);
}

/**
 * What they mean, by the checks `certificate` and `answer`. `warning`: not as it should be by these checks, and yet it may stay so.
 *
 * @throws InternalError when a probe of planServing was not made.
 */
export function judgeServing(situation: Situation, seen: Observations): Finding {
  const see = readFrom(seen);
  const { context, subject } = situation;
  const { leaf, answer: given } = see(probeAsClient(subject));
  const shown = certificate.judge(situation, see);
  // Pods that read their certificate when they start show the old one until they are restarted.
  const isOldPod =
    leaf !== undefined && !endsAtController(subject) && identifyLeaf(context, subject, leaf).kind === 'edition';
  if (shown.status !== 'ok') return isOldPod ? { ...shown, status: 'warning' } : shown;
  const answered = answer.judge(situation, see);
  if (answered.status !== 'failed' || subject.greeting !== undefined)
    return answered.status === 'failed' ? answered : shown;
  // Of a person's own program no answer is known: it gives its own to whom it is reached by. What its pod proves itself needs none.
  if (!endsAtController(subject)) return shown;
  if (given === undefined) return answered;
  const isOthers =
    isControllerPage(context.behaviour, given) ||
    isPlainHttpComplaint(given) ||
    findSpeaker(context.subjects, given) !== undefined;
  if (!isOthers) return shown;
  // Many a program says it in the controller's very words: go@1.26 src/net/http/server.go, NotFound, which Traefik uses too.
  return isPage(context.behaviour.unknownHost, given) ? { ...answered, status: 'warning' } : answered;
}

/** Whether a service was reached and is not served as it should be: a change may be under way, and another look may see it. */
export function mayBeUnderWay(situation: Situation, seen: Observations): boolean {
  const observation = readFrom(seen)(probeAsClient(situation.subject));
  const isSilent = observation.failure?.code === 'timeout' && observation.leaf === undefined;
  return !isUnreachable(observation) && !isSilent && judgeServing(situation, seen).status !== 'ok';
}
