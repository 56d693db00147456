import { Interrupted, NegativeAnswer } from '../../errors.ts';
import type { ClusterChanges } from '../../model/changes.ts';
import { awaitTerminating } from './await-namespaces.ts';
import { lookUpCluster, selectOurs, type ClusterFacts } from '../cluster/facts.ts';
import { bindToContext, type ClusterTools } from '../cluster/tools.ts';
import { makeResilient } from '../run/resilient-tools.ts';
import type { Project } from '../project.ts';
import { repairReleases } from '../run/release-repair.ts';
import type { Session } from '../session.ts';
import type { Stopping } from '../run/stopping.ts';

export interface LookSettings {
  readonly stopping: Stopping;
  /** Seconds. */
  readonly timeout: number;
  /** Whether a helm that nobody knows is taken for dead at once. */
  readonly forcePending: boolean;
}

/**
 * What apply must know before it writes. Waits for namespaces that are being deleted. `meanwhile` is done while the tools look, and again
 * with each new look. A stop meanwhile ends the run before anything is
 * written.
 */
export async function lookUpForApply(
  session: Session,
  tools: ClusterTools,
  project: Project,
  settings: LookSettings,
  meanwhile: () => unknown,
): Promise<ClusterFacts> {
  const { stopping, timeout } = settings;
  const options = { readsObjects: true, meanwhile };
  return beforeWriting(stopping, async () => {
    const facts = await lookUpCluster(tools, project, options);
    if (facts.cluster === undefined) return facts;
    const resilient = makeResilient(session, bindToContext(tools, facts.cluster), {
      stopping,
      timeout,
      cluster: facts.cluster,
    });
    if (facts.terminating.length === 0) return { ...facts, tools: resilient };
    await awaitTerminating(session, resilient, facts.terminating, timeout, stopping.asked);
    return { ...(await lookUpCluster(resilient, project, options)), tools: resilient };
  });
}

/** Work that only looks, or prepares: a stop meanwhile is the reason of whatever fails, and ends the run. */
export async function beforeWriting<Result>(stopping: Stopping, work: () => Promise<Result>): Promise<Result> {
  const [settled] = await Promise.allSettled([work()]);
  const exitCode = stopping.exitCode();
  const isTold =
    settled.status === 'rejected' && settled.reason instanceof Interrupted && !stopping.isCause(settled.reason);
  if (exitCode !== undefined && !isTold)
    throw new Interrupted('stopped before anything was written to the cluster', {
      exitCode,
      remedy: 'ingress-tls apply',
    });
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

/** The facts once no release is in a state that refuses an upgrade. */
export async function freeReleases(
  session: Session,
  project: Project,
  facts: ClusterFacts,
  settings: LookSettings,
): Promise<ClusterFacts> {
  const { cluster, tools, records = [] } = facts;
  if (cluster === undefined) return facts;
  const wanted = new Set(project.desired.services.map(({ namespace, release }) => `${namespace}/${release}`));
  // One that was made by hand and is taken over has no label of ours yet.
  const ours = [
    ...new Set([
      ...selectOurs(records, project),
      ...records.filter(({ namespace, name }) => wanted.has(`${namespace}/${name}`)),
    ]),
  ];
  const repaired = await repairReleases(session, tools, ours, { ...settings, cluster });
  return repaired.length === 0 ? facts : { ...(await lookUpCluster(tools, project, { readsObjects: true })), tools };
}

/** @throws NegativeAnswer naming who else set what apply would set. */
export function refuseConflicts(changes: ClusterChanges): void {
  const all = [...changes.objects, ...changes.releases.flatMap(({ objects = [] }) => objects)];
  const lines = all.flatMap(({ object: { kind, name, namespace }, conflicts }) =>
    conflicts.map(
      ({ manager, fields }) =>
        `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}: ${fields.join(', ')} set by ${manager}`,
    ),
  );
  if (lines.length === 0) return;
  throw new NegativeAnswer('nothing was applied: others set fields that apply would set', {
    details: lines,
    remedy: 'ingress-tls diff shows the values; ingress-tls apply --force-conflicts takes the fields over',
  });
}
