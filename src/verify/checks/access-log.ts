import type { Observation } from '../../model/probe.ts';
import { fail, pass, skip, type Finding, type Situation } from '../finding.ts';
import { endsAtController } from '../leaves.ts';
import { mendPassthrough } from '../remedies.ts';
import type { VerifySubject } from '../subject.ts';
import { showOutcome, showText } from '../words.ts';

/** What the logs say about one request that was made for this purpose. */
export interface LogEvidence {
  /** The request's path, which nobody else asks for. */
  readonly path: string;
  /** What the request saw, made as the service's own client (with its client certificate). */
  readonly request: Observation;
  /** Lines of the controller's log since before this run's first connection: all of them, not only those with `path`. */
  readonly controllerLines: readonly string[];
  /**
   * Whether a request of this run that the controller answered itself, with a path nobody else asks for, was found in
   * `controllerLines`: what this machine sends shows there, so that a missing line means something.
   */
  readonly isWitnessed: boolean;
  /** Whether `controllerLines` is not all there was: a missing line means nothing then. */
  readonly isCut: boolean;
  /** Lines of the service's pods since then; empty where they could not be read. */
  readonly podLines: readonly string[];
  /** This machine's address as the cluster sees it, where it is known. */
  readonly ownAddress?: string;
}

const logIsCut = 'the log of the controller is longer than what was read of it, so that a missing line proves nothing';

/** The article's own evidence: what the controller can read leaves a line in its access log, and nothing else does. */
export function judgeAccessLog(situation: Situation, evidence: LogEvidence): Finding & { readonly expected: string } {
  const judge = endsAtController(situation.subject) ? judgeTerminated : judgePassthrough;
  return { expected: expectInLog(situation.subject), ...judge(situation, evidence) };
}

/** What should be, in words. */
export function expectInLog(subject: VerifySubject): string {
  return `${endsAtController(subject) ? 'a' : 'no'} line of the request in the controller's log`;
}

function judgeTerminated({ context }: Situation, evidence: LogEvidence): Finding {
  const line = findLine(evidence);
  if (line !== undefined) return pass(`"${showText(line)}"`);
  if (evidence.request.answer === undefined)
    return skip(`the request was not answered: ${showOutcome(evidence.request)}`);
  if (evidence.isCut) return skip(logIsCut);
  return fail(`no line with ${evidence.path} among ${evidence.controllerLines.length}`, {
    cause: 'the request was answered past this controller, or its access log is off, or the line came too late',
    remedy: `check that the address is that of controller ${context.config.controller.name}, then run ingress-tls verify --logs again`,
  });
}

function judgePassthrough({ subject: { service } }: Situation, evidence: LogEvidence): Finding {
  const line = findLine(evidence);
  if (line !== undefined) {
    return fail(`"${showText(line)}"`, {
      cause: `the controller read the request: TLS for ${service.host} ends there and not in the pod`,
      remedy: mendPassthrough,
    });
  }
  if (evidence.request.answer === undefined)
    return skip(`the request was not answered: ${showOutcome(evidence.request)}`);
  if (evidence.isCut) return skip(logIsCut);
  // Silence means something only in a log that speaks of what we send: other lines may be of another day's traffic, or no access log.
  if (!evidence.isWitnessed)
    return skip(
      'no other request of this run is in the log of the controller either, so that this one is missing proves nothing',
    );
  return pass(`none of ${evidence.controllerLines.length} lines has ${evidence.path}`);
}

function findLine({ controllerLines, path }: LogEvidence): string | undefined {
  return controllerLines.find((line) => line.includes(path));
}
