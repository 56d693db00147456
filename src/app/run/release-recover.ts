import type { Exec } from '../../world/exec/exec.ts';
import { explainFailure, hasFailed } from '../../world/exec/tool-failure.ts';
import { readReleaseHistory } from '../../world/helm/release-history.ts';
import type { ClusterConnection } from '../../kube/commands.ts';
import { helmFinishUninstallCommand, helmRollbackCommand } from '../../kube/helm-commands.ts';
import type { ReleaseName } from '../../model/changes.ts';
import type { ReleaseRevision } from '../../model/release-revision.ts';
import { chooseRecovery, type Recovery } from '../../cluster/release-recovery.ts';
import type { Session } from '../session.ts';

export interface RepairTools {
  readonly exec: Exec;
  readonly connection: ClusterConnection;
}

/** The clocks of a record and of this machine may differ by so much. */
export const clockMs = 5_000;
/** Time for helm to end by its own means after its own timeout. */
const marginSeconds = 30;

/**
 * Judged by the record: a rollback that fails frees the release as well, and the upgrade that follows says what is wrong.
 * @param timeout in seconds.
 * @throws ToolError when the release is not free afterwards.
 */
export async function recoverRelease({ exec, connection }: RepairTools, subject: ReleaseName, recovery: Recovery, timeout: number): Promise<void> {
  const place = { ...connection, ...subject, timeout };
  const command = recovery.kind === 'rollback' ? helmRollbackCommand({ ...place, revision: recovery.revision }) : helmFinishUninstallCommand(place);
  const result = await exec.run(command, { timeoutMs: (timeout + marginSeconds) * 1000 });
  if (!hasFailed(result)) return;
  if (result.stillRunning === undefined && chooseRecovery(await readReleaseHistory(exec, connection, subject)) === undefined) return;
  throw explainFailure(command, `cannot free release ${subject.namespace}/${subject.name}`, result);
}

/** What is done, for the person; `newest` is the revision that was left. */
export function describeRecovery(recovery: Recovery, { revision }: ReleaseRevision): string {
  if (recovery.kind === 'finish-uninstall') return 'ending its removal';
  return recovery.revision === revision ? `completing revision ${revision}` : `going back to revision ${recovery.revision}`;
}

/**
 * Frees a release after a helm of this very run lost the API server: what is pending since then is that helm's doing.
 * @param sinceMs how long ago that helm started.
 * @throws ToolError when it cannot be freed.
 */
export async function settleRelease({ world }: Session, tools: RepairTools, subject: ReleaseName, sinceMs: number, timeout: number): Promise<void> {
  const revisions = await readReleaseHistory(tools.exec, tools.connection, subject);
  const begunMs = (revisions.at(-1)?.begunAt ?? 0) * 1000;
  const recovery = begunMs < world.now().getTime() - sinceMs - clockMs ? undefined : chooseRecovery(revisions);
  if (recovery !== undefined) await recoverRelease(tools, subject, recovery, timeout);
}
