import type { ToolResult } from '../../world/exec/exec.ts';
import { findText, hasFailed } from '../../world/exec/tool-failure.ts';
import { listUnready, listWorkloads, nameWorkload, type Unready } from '../../world/kubectl/rollout-evidence.ts';
import { isStopped } from '../../world/poll.ts';
import { stepLimitMs } from '../../world/run-step.ts';
import { Interrupted, KnownError } from '../../errors.ts';
import { rolloutCommand } from '../../kube/commands.ts';
import { isReady } from '../../kube/workload-readiness.ts';
import type { KubeObject, ObjectReference } from '../../model/kube-object.ts';
import type { RunStep } from '../../model/plan.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import type { Note } from '../run/stage.ts';

/** Whether a wait ended because workloads were not ready in time, and not because nobody could go on waiting. */
export function isTooLate(result: Pick<ToolResult, 'timedOut' | 'stderr'>): boolean {
  return result.timedOut || findText(result, 'too-late') !== undefined;
}

/** A wait that failed. */
export interface FailedWait {
  readonly result: ToolResult;
  /** Seconds after which it was given up before its time; absent: it was not. */
  readonly gaveUpAfter?: number;
}

/** Seconds that kubectl waits at a time; then everything is looked at again. */
const sliceSeconds = 10;

/**
 * Does what a step's `kubectl rollout status` does for many workloads, in less time: kubectl takes them one after the other, 0.16 s for
 * one that is ready (tried on Kubernetes 1.35.4). Here all are looked at together, kubectl waits for one that is not ready, then those
 * that are left are looked at again. kubectl waits for all where nothing can be seen.
 *
 * It is given up early once none of those that are left can be expected to become ready: each has been stuck (PodCause.isStuck) in every
 * look for a fifth of the time, a minute at least. While any other is still coming, the stuck ones may wait for just that one.
 *
 * @param step what waits for workloads of one namespace; its timeout, in seconds, is for all of them together.
 * @param note told what is waited for, as long as it lasts.
 * @returns the first wait that failed, after the others were waited for as long as there is time; undefined when all are ready.
 * @throws Interrupted when the person wants the run to stop before all are ready.
 */
export async function awaitRollout(
  tools: ClusterTools,
  step: RunStep,
  stop: AbortSignal,
  note: Note,
): Promise<FailedWait | undefined> {
  let round = await nextRound(tools, step.waitsFor ?? []);
  const begin = performance.now();
  const end = begin + step.timeout * 1000;
  let stuckSince: ReadonlyMap<string, number> = new Map();
  let failure: FailedWait | undefined;
  while (round !== undefined) {
    const { now, later, namespace, isSeen } = round;
    const waiting = [...now, ...later];
    if (isStopped(stop)) throw new Interrupted(`cannot ${step.title}: ${waiting.length} not seen to be ready`);
    // For kubectl a timeout of 0 is none.
    const left = Math.max(1, Math.ceil((end - performance.now()) / 1000));
    const timeout = isSeen ? Math.min(left, sliceSeconds) : left;
    const command = rolloutCommand({ workloads: now, namespace, timeout, ...tools.connection });
    const began = performance.now();
    const result = await tools.exec.run(command, { timeoutMs: stepLimitMs({ timeout }) });
    const isSliceOver =
      timeout < left &&
      isTooLate(result) &&
      !findText(result, 'gave-up') &&
      performance.now() - began >= timeout * 1000;
    if (isSliceOver) {
      const unready = await listUnready(tools, waiting);
      const waited = Math.round((performance.now() - begin) / 1000);
      note(`${waited} s of ${step.timeout}: ${formatUnready(unready)}`);
      stuckSince = trackStuck(stuckSince, unready);
      const isHopeless =
        unready.length > 0 &&
        unready.every(
          ({ workload }) =>
            performance.now() - (stuckSince.get(nameWorkload(workload)) ?? Infinity) >= stuckLimit(step),
        );
      if (isHopeless) return failure ?? { result, gaveUpAfter: waited };
      round = await nextRound(tools, waiting);
      continue;
    }
    if (hasFailed(result)) {
      failure ??= { result };
      if (isStopped(stop) || !isTooLate(result) || performance.now() >= end) break;
    }
    round = await nextRound(tools, later);
  }
  return failure;
}

/** Milliseconds: with a longer --timeout what seems to be stuck has longer as well. */
function stuckLimit({ timeout }: RunStep): number {
  return Math.max(60, timeout / 5) * 1000;
}

/** Since when each of them is stuck, by the clock of the looks; those that are not, or no longer, are left out. */
function trackStuck(before: ReadonlyMap<string, number>, unready: readonly Unready[]): ReadonlyMap<string, number> {
  const keys = unready.flatMap(({ workload, isStuck }) => (isStuck ? [nameWorkload(workload)] : []));
  return new Map(keys.map((key) => [key, before.get(key) ?? performance.now()]));
}

function formatUnready(unready: readonly Unready[]): string {
  const [first] = unready;
  if (first === undefined) return 'nearly ready';
  const others = unready.length === 1 ? '' : ` (and ${unready.length - 1} more)`;
  return `${first.workload.kind} ${first.workload.name}: ${first.reason}${others}`;
}

interface Round {
  readonly namespace: string;
  readonly now: readonly ObjectReference[];
  readonly later: readonly ObjectReference[];
  /** Whether it is known that `now` are there and are not ready. */
  readonly isSeen: boolean;
}

/** What to wait for next: one workload that is seen not to be ready, else all that were not seen; undefined: for nothing. */
async function nextRound(tools: ClusterTools, workloads: readonly ObjectReference[]): Promise<Round | undefined> {
  const namespace = workloads[0]?.namespace;
  if (namespace === undefined) return undefined;
  const live = new Map(
    (await look(tools, namespace, workloads)).map((object) => [`${object.kind}/${object.metadata.name}`, object]),
  );
  const seen = workloads.map((workload) => ({ workload, object: live.get(`${workload.kind}/${workload.name}`) }));
  const [first, ...others] = seen.flatMap(({ workload, object }) =>
    object === undefined || isReady(object) ? [] : [workload],
  );
  const unseen = seen.flatMap(({ workload, object }) => (object === undefined ? [workload] : []));
  if (first !== undefined) return { namespace, now: [first], later: [...others, ...unseen], isSeen: true };
  return unseen.length === 0 ? undefined : { namespace, now: unseen, later: [], isSeen: false };
}

/** A look only saves time: kubectl goes on without, and says what is wrong. */
async function look(
  tools: ClusterTools,
  namespace: string,
  workloads: readonly ObjectReference[],
): Promise<readonly KubeObject[]> {
  try {
    return await listWorkloads(tools.exec, tools, namespace, workloads);
  } catch (error) {
    if (error instanceof KnownError) return [];
    throw error;
  }
}
