import { planApply, type Findings, type Orphans } from '../../cluster/apply-plan.ts';
import { addOrphans } from '../../cluster/count-changes.ts';
import type { ClusterChanges } from '../../model/changes.ts';
import type { RunStep } from '../../model/plan.ts';
import type { ClusterFacts } from '../cluster/facts.ts';
import type { ClusterOptions } from '../cluster/tools.ts';
import type { Project } from '../project.ts';

export interface ApplySettings extends ClusterOptions {
  /** Refused unless the services live in it. */
  readonly namespace?: string;
  /** Seconds for each rollout and each release. */
  readonly timeout: number;
  /** Whether generated files that were edited are applied as they are. */
  readonly keepEdits?: boolean;
  /** Whether what the project no longer brings is removed: the same controller may be applied from another folder. */
  readonly prune?: boolean;
  /** Releases that are worked on side by side. */
  readonly concurrency?: number;
  /** Whether the API server compares every object of every release. */
  readonly verifyLive?: boolean;
  /** Whether fields that others set are taken over. */
  readonly forceConflicts?: boolean;
  /** Whether a helm that nobody knows is taken for dead at once. */
  readonly forcePending?: boolean;
  readonly takeOver?: string;
}

/** What is done on the cluster, and what is told of it: the same. */
export interface ClusterPlan {
  readonly commands: readonly RunStep[];
  /** Absent: nobody could look, everything is sent. */
  readonly changes?: ClusterChanges;
  /** What the cluster has of the controller and the project no longer brings, and nobody wants removed. */
  readonly left: Orphans;
}

export function planForCluster(
  { desired }: Project,
  { target, orphans }: ClusterFacts,
  findings: Findings,
  settings: ApplySettings,
): ClusterPlan {
  const { timeout, forceConflicts = false, prune = false } = settings;
  const nothing: Orphans = { releases: [], objects: [] };
  const { changes } = findings;
  return {
    commands: planApply(desired, { ...target, timeout, forceConflicts, orphans: prune ? orphans : nothing }, findings),
    ...(changes !== undefined && { changes: prune ? addOrphans(changes, orphans) : changes }),
    left: prune ? nothing : orphans,
  };
}
