import type { Exec } from '../../world/exec/exec.ts';
import { explainFailure, hasFailed } from '../../world/exec/tool-failure.ts';
import { dropHelmEntry, readHelmJournal, type HelmEntry, type JournalPlace } from '../../world/helm/helm-journal.ts';
import { readReleaseHistory } from '../../world/helm/release-history.ts';
import { poll, sleep } from '../../world/poll.ts';
import { stepLimitMs } from '../../world/run-step.ts';
import { Interrupted, ToolError } from '../../errors.ts';
import type { ClusterConnection } from '../../kube/commands.ts';
import { helmFinishUninstallCommand, helmRollbackCommand } from '../../kube/helm-commands.ts';
import type { ReleaseName, ReleaseRecord } from '../../model/changes.ts';
import type { ReleaseRevision } from '../../model/release-revision.ts';
import { chooseRecovery, isUnfinished, type Recovery } from '../../cluster/release-recovery.ts';
import type { Session } from '../session.ts';
import type { Stopping } from './stopping.ts';

interface RepairTools {
  readonly exec: Exec;
  readonly connection: ClusterConnection;
}

export interface RepairOptions {
  /** Seconds: how long another helm may be at work, and how long each of our own commands may take. */
  readonly timeout: number;
  /** Whether a helm that nobody knows is taken for dead at once. */
  readonly forcePending: boolean;
  readonly stopping: Stopping;
  /** The cluster that the tools go to. */
  readonly cluster: Omit<JournalPlace, 'hostname'>;
}

/** A release that helm takes again. */
export interface RepairedRelease extends ReleaseName {
  /** The state in which it was left. */
  readonly status: string;
}

/** Releases that are looked after at the same time. */
const lanes = 4;
const processPollMs = 250;
/** A look at a release costs a helm. */
const pollMs = 2_000;
/** A helm that does not wait for pods writes its record soon after its start; one of a later time is not its. */
const startMs = 120_000;
/** The clocks of a record and of this machine may differ by so much. */
const clockMs = 5_000;

/**
 * Frees the releases that a dead helm left in a state in which helm refuses every upgrade, and waits for helms that are at work.
 * History is kept. To be called while holding the lock.
 *
 * @param records our own releases; the others' are not touched.
 * @returns those that changed meanwhile: their records have to be read anew.
 * @throws ToolError when a release cannot be freed; Interrupted when the person stops the run.
 */
export async function repairReleases(
  session: Session,
  tools: RepairTools,
  records: readonly ReleaseRecord[],
  options: RepairOptions,
): Promise<readonly RepairedRelease[]> {
  const place = { hostname: session.world.hostname, ...options.cluster };
  const entries = new Map(readHelmJournal(session.files, place).map((entry) => [identify(entry), entry]));
  const unfinished = new Map(
    records.filter(({ status }) => isUnfinished(status)).map((record) => [identify(record), record]),
  );
  for (const [key, entry] of entries) if (!entry.isRunning && !unfinished.has(key)) dropHelmEntry(session.files, entry);

  // One that was started a moment ago has not written its record yet.
  const running = [...entries].filter(([, { isRunning }]) => isRunning);
  const queue = [
    ...new Map<string, ReleaseName & { readonly modifiedAt?: number }>([...running, ...unfinished]).values(),
  ];
  const repaired: RepairedRelease[] = [];
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { name, namespace, modifiedAt } = next;
      repaired.push(await repairRelease({ session, tools, place, ...options }, { name, namespace }, modifiedAt));
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return repaired;
}

/**
 * Waits until no helm is at work that a stopped ingress-tls started. To be called while holding the lock.
 *
 * @param command what the person types to go on when the wait is stopped.
 * @throws ToolError when one does not end in time; Interrupted when the person stops the run.
 */
export async function awaitRunningHelms(
  session: Session,
  { cluster, ...options }: Omit<RepairOptions, 'forcePending'> & { readonly command: string },
): Promise<void> {
  const place = { hostname: session.world.hostname, ...cluster };
  for (const entry of readHelmJournal(session.files, place))
    if (entry.isRunning) await waitForProcess({ session, place, ...options }, entry, entry);
}

/**
 * Frees a release after a helm of this very run lost the API server: what is pending since then is that helm's doing.
 * @param sinceMs how long ago that helm started.
 * @throws ToolError when it cannot be freed.
 */
export async function repairAfterOutage(
  { world }: Session,
  tools: RepairTools,
  subject: ReleaseName,
  sinceMs: number,
  timeout: number,
): Promise<void> {
  const revisions = await readReleaseHistory(tools.exec, tools.connection, subject);
  const begunMs = (revisions.at(-1)?.begunAt ?? 0) * 1000;
  const recovery = begunMs < world.now().getTime() - sinceMs - clockMs ? undefined : chooseRecovery(revisions);
  if (recovery !== undefined) await recoverRelease(tools, subject, recovery, timeout);
}

interface Waiting extends Pick<RepairOptions, 'timeout' | 'stopping'> {
  readonly session: Session;
  readonly place: JournalPlace;
  readonly command?: string;
}

interface Repair extends RepairOptions, Waiting {
  readonly tools: RepairTools;
}

/** @param modifiedAt when helm wrote the record last, in seconds since 1970. */
async function repairRelease(
  repair: Repair,
  subject: ReleaseName,
  modifiedAt: number | undefined,
): Promise<RepairedRelease> {
  const { session, tools, timeout } = repair;
  const what = `release ${subject.namespace}/${subject.name}`;
  const entry = findEntry(repair, subject);
  if (entry?.isRunning === true) await waitForProcess(repair, subject, entry);

  const begunAt = session.world.now().getTime();
  let isTold = false;
  for (;;) {
    const revisions = await readReleaseHistory(tools.exec, tools.connection, subject);
    const recovery = chooseRecovery(revisions);
    const newest = revisions.at(-1);
    if (recovery === undefined || newest === undefined) {
      dropHelmEntry(session.files, subject);
      return { ...subject, status: newest?.status ?? 'uninstalled' };
    }
    const writtenMs = 1000 * Math.max(newest.begunAt ?? 0, modifiedAt ?? 0);
    const now = session.world.now().getTime();
    // A record of the future is of a clock that goes wrong: ours counts from now on.
    const leftMs = Math.min(writtenMs, begunAt) + 1000 * timeout - now;
    if (leftMs <= 0 || repair.forcePending || (entry !== undefined && isOf(entry, writtenMs))) {
      session.listener.message(
        `R${what.slice(1)} was left ${newest.status} by a helm that was stopped: ${formatRecovery(recovery, newest)}.`,
      );
      await recoverRelease(tools, subject, recovery, timeout);
      dropHelmEntry(session.files, subject);
      return { ...subject, status: newest.status };
    }
    if (!isTold) {
      isTold = true;
      const seconds = Math.max(0, Math.round((now - writtenMs) / 1000));
      session.listener.message(
        `R${what.slice(1)} is ${newest.status} since ${seconds} s: another helm works on it, or was killed. Waiting until it ends, ${Math.ceil(leftMs / 1000)} s at most; ingress-tls apply --force-pending does not wait.`,
      );
    }
    await sleep(Math.min(leftMs, pollMs), repair.stopping.asked);
    endIfStopped(repair, what);
  }
}

/**
 * Judged by the record: a rollback that fails frees the release as well, and the upgrade that follows says what is wrong.
 * @param timeout in seconds.
 * @throws ToolError when the release is not free afterwards.
 */
async function recoverRelease(
  { exec, connection }: RepairTools,
  subject: ReleaseName,
  recovery: Recovery,
  timeout: number,
): Promise<void> {
  const place = { ...connection, ...subject, timeout };
  const command =
    recovery.kind === 'rollback'
      ? helmRollbackCommand({ ...place, revision: recovery.revision })
      : helmFinishUninstallCommand(place);
  const result = await exec.run(command, { timeoutMs: stepLimitMs({ timeout }) });
  if (!hasFailed(result)) return;
  if (
    result.stillRunning === undefined &&
    chooseRecovery(await readReleaseHistory(exec, connection, subject)) === undefined
  )
    return;
  throw explainFailure(command, `cannot free release ${subject.namespace}/${subject.name}`, result);
}

/** What is done, for the person; `newest` is the revision that was left. */
function formatRecovery(recovery: Recovery, { revision }: ReleaseRevision): string {
  if (recovery.kind === 'finish-uninstall') return 'ending its removal';
  return recovery.revision === revision
    ? `completing revision ${revision}`
    : `going back to revision ${recovery.revision}`;
}

function findEntry({ session, place }: Waiting, subject: ReleaseName): HelmEntry | undefined {
  return readHelmJournal(session.files, place).find((entry) => identify(entry) === identify(subject));
}

/** @throws Interrupted when the person wants the run to stop. */
async function waitForProcess(repair: Waiting, subject: ReleaseName, { pid }: HelmEntry): Promise<void> {
  const { session, stopping, timeout } = repair;
  const what = `release ${subject.namespace}/${subject.name}`;
  session.listener.message(
    `helm still works on ${what}, as process ${pid}: a stopped ingress-tls started it. Waiting until it ends, ${timeout} s at most.`,
  );
  const last = await poll(
    () => findEntry(repair, subject),
    (entry) => entry?.isRunning !== true,
    { longest: 1000 * timeout, pause: processPollMs, stop: stopping.asked },
  );
  if (last?.isRunning !== true) return;
  endIfStopped(repair, what);
  throw new ToolError(
    `cannot work on ${what}: helm works on it as process ${pid} and did not end within ${timeout} s`,
    {
      remedy: `Wait until process ${pid} has ended, or end it (kill ${pid}), then run the same command again.`,
    },
  );
}

/** @throws Interrupted when the person wants the run to stop. */
function endIfStopped({ stopping, command = 'ingress-tls apply' }: Waiting, what: string): void {
  const exitCode = stopping.exitCode();
  if (exitCode !== undefined)
    throw new Interrupted(`stopped while waiting for ${what}`, { exitCode, remedy: `${command} continues` });
}

/** Whether the helm that was noted can have begun the revision. */
function isOf({ startedAt }: HelmEntry, writtenMs: number): boolean {
  const afterMs = writtenMs - 1000 * startedAt;
  return afterMs > -clockMs && afterMs < startMs;
}

function identify({ namespace, name }: ReleaseName): string {
  return `${namespace}/${name}`;
}
