import { planApply, type Findings, type Orphans } from '../../cluster/apply-plan.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import { listClasses } from '../../controllers/find-controller.ts';
import { UsageError } from '../../errors.ts';
import { nameObject, printObjectName } from '../../kube/object-identity.ts';
import type { DesiredProject } from '../../project/desired-project.ts';
import { places } from '../../project/places.ts';
import type { SeenController } from '../cluster/existing-controller.ts';
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

/** @throws UsageError where what is no longer wanted is what serves the routes. */
export function planForCluster(
  { desired }: Project,
  { target, orphans, controller }: ClusterFacts,
  findings: Findings,
  settings: ApplySettings,
): ClusterPlan {
  const { timeout, forceConflicts = false, prune = false } = settings;
  if (prune && controller !== undefined) refuseServing(desired, orphans, controller);
  const nothing: Orphans = { releases: [], objects: [] };
  const { changes } = findings;
  return {
    commands: planApply(desired, { ...target, timeout, forceConflicts, orphans: prune ? orphans : nothing }, findings),
    ...(changes !== undefined && { changes: prune ? addOrphans(changes, orphans) : changes }),
    left: prune ? nothing : orphans,
  };
}

/** A controller that the project had installed may be the one that it takes to be there. */
function refuseServing({ config, profile }: DesiredProject, { objects }: Orphans, { found }: SeenController): void {
  const serving = [
    ...listClasses(profile, config).map(nameObject),
    ...(found === undefined ? [] : [nameObject(found.workload)]),
  ];
  const [first] = objects.filter((object) =>
    serving.some((other) => identifyObject(other.kind, other) === identifyObject(object.kind, object)),
  );
  if (first === undefined) return;
  throw new UsageError(
    `--prune would take away ${printObjectName(first)}, which serves the routes: it is of the controller that this project had installed`,
    {
      remedy: `name the class of another controller as controller.className in ${places.config}, or take install: false out`,
    },
  );
}
