import { explainFailure } from '../../world/exec/tool-failure.ts';
import { nameWorkload, readRolloutCauses } from '../../world/kubectl/rollout-evidence.ts';
import { runStep } from '../../world/run-step.ts';
import { KnownError, ToolError } from '../../errors.ts';
import { helmRollbackCommand } from '../../kube/helm-commands.ts';
import type { ObjectReference } from '../../model/kube-object.ts';
import type { PlannedRelease, RunStep } from '../../model/plan.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import type { Session } from '../session.ts';
import { awaitRollout, isTooLate } from './await-rollout.ts';
import type { Note } from '../run/stage.ts';

/** A release that this run upgraded, as it was before, and the workloads of its chart. */
export interface UpgradedRelease {
  readonly release: PlannedRelease;
  readonly workloads: readonly ObjectReference[];
}

export interface WaitSettings {
  readonly tools: ClusterTools;
  readonly upgraded: readonly UpgradedRelease[];
  /** Seconds for going back. */
  readonly timeout: number;
  readonly stop: AbortSignal;
  readonly note: Note;
}

/**
 * Waits for workloads. When they do not become ready, or nothing but a person can make them so, it says why, and takes releases that this run upgraded back to the revision that
 * ran before: their new pods are gone then, so the reasons are read first. A release without an earlier revision stays, to be looked at;
 * so does one about whose pods nothing is known.
 *
 * @throws ToolError with the reasons.
 */
export async function waitForWorkloads(
  session: Session,
  step: RunStep,
  { tools, upgraded, timeout, stop, note }: WaitSettings,
): Promise<void> {
  const failed = await awaitRollout(tools, step, stop, note);
  if (failed === undefined) return;
  const { result, gaveUpAfter } = failed;
  const failure = explainFailure(step.command, `cannot ${step.title}`, result);
  // A wait that the person ended, or that the cluster refused, says nothing of the pods.
  if (stop.aborted || !isTooLate(result)) throw failure;
  const { reasons, unready } = await readRolloutCauses(tools, step.waitsFor ?? []);
  if (reasons.size === 0) throw failure;
  const broken = upgraded.filter(({ workloads }) => workloads.some((workload) => unready.has(nameWorkload(workload))));
  const goneBack = await goBack(
    session,
    tools,
    broken.map(({ release }) => release),
    timeout,
  );
  const lines = [...reasons].flatMap(([workload, why]) => [
    `${workload} is not ready:`,
    ...why.map((reason) => `  ${reason}`),
  ]);
  const what = reasons.size === 1 ? 'it is' : `${reasons.size} of them are`;
  const when =
    gaveUpAfter === undefined
      ? 'in time'
      : `and would not become so by waiting; given up after ${gaveUpAfter} of ${step.timeout} s`;
  throw new ToolError(`cannot ${step.title}: ${what} not ready ${when}`, {
    details: [...lines, ...goneBack],
    remedy:
      'Mend what is named above, then run the same command again, with a longer --timeout if that is all it needs.',
    cause: failure,
  });
}

async function goBack(
  { files }: Session,
  tools: ClusterTools,
  releases: readonly PlannedRelease[],
  timeout: number,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const release of releases) {
    const { name, namespace, revision, status } = release;
    if (revision === undefined || status !== 'deployed') continue;
    const command = helmRollbackCommand({ name, namespace, revision, timeout, ...tools.connection });
    try {
      await runStep(
        { title: `take release ${name} back`, phase: 'readiness', command, timeout, release },
        { ...tools, files },
      );
      lines.push(`release ${name} went back to revision ${revision}`);
    } catch (error) {
      if (!(error instanceof KnownError)) throw error;
      lines.push(...error.details, `release ${name} did not go back to revision ${revision}: ${error.message}`);
    }
  }
  return lines;
}
