import { explainRequests, readIssue } from '../../cert-manager/conditions.ts';
import { Interrupted, ToolError } from '../../errors.ts';
import { printObjectName } from '../../kube/object-identity.ts';
import type { KubeObject, ObjectReference } from '../../model/kube-object.ts';
import type { RunStep } from '../../model/plan.ts';
import { listLiveObjects } from '../../world/kubectl/live-objects.ts';
import { isStopped, poll } from '../../world/poll.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import type { Note } from '../run/stage.ts';

const apiVersion = 'cert-manager.io/v1';
const pauseMs = 1000;

interface Unissued {
  readonly certificate: ObjectReference;
  readonly why: string;
  readonly isGivenUp: boolean;
}

/**
 * Waits until Certificates of one namespace are issued: what needs their Secrets comes after them.
 * @param note told what is waited for.
 * @throws ToolError with what cert-manager says of those that are not; Interrupted when the person wants the run to stop.
 */
export async function awaitCertificates(
  tools: ClusterTools,
  step: RunStep,
  stop: AbortSignal,
  note: Note,
): Promise<void> {
  const { certificates = [], timeout, title } = step;
  const namespace = certificates[0]?.namespace;
  if (namespace === undefined) return;
  const list = (kind: string): Promise<readonly KubeObject[]> =>
    listLiveObjects(tools.exec, { ...tools, namespace, kinds: [{ apiVersion, kind }] });
  const look = async (): Promise<readonly Unissued[]> => {
    const live = new Map((await list('Certificate')).map((object) => [object.metadata.name, object]));
    const left = certificates.flatMap((certificate): readonly Unissued[] => {
      const issue = readIssue(live.get(certificate.name));
      return issue.isIssued ? [] : [{ certificate, ...issue }];
    });
    const [first] = left;
    if (first !== undefined) note(`${left.length} to be issued: ${first.certificate.name}: ${first.why}`);
    return left;
  };
  const left = await poll(look, (seen) => seen.every(({ isGivenUp }) => isGivenUp), {
    longest: timeout * 1000,
    pause: pauseMs,
    stop,
  });
  if (left.length === 0) return;
  if (isStopped(stop)) throw new Interrupted(`cannot ${title}: ${left.length} not seen to be issued`);
  const requests = await list('CertificateRequest');
  throw new ToolError(
    `cannot ${title}: cert-manager has not issued ${left.length === 1 ? 'it' : `${left.length} of them`}`,
    {
      details: left.flatMap(({ certificate, why }) => [
        `${printObjectName(certificate)}: ${why}`,
        ...explainRequests(certificate.name, requests).map((line) => `  ${line}`),
      ]),
      remedy:
        `Mend what is named above, then run the same command again, with a longer --timeout if that is all it needs; ` +
        `kubectl describe certificate,certificaterequest --namespace ${namespace} shows more`,
    },
  );
}
