import { deleteStep, deleteSteps, goesFirst, uninstallStep } from '../../cluster/cluster-steps.ts';
import type { RunStep } from '../../model/plan.ts';
import type { Cluster } from '../../world/kubectl/kubectl.ts';
import {
  bindToContext,
  boundQuestions,
  openCluster,
  type ClusterOptions,
  type ClusterTools,
} from '../cluster/tools.ts';
import type { Project } from '../project.ts';
import { awaitRunningHelms } from '../run/release-repair.ts';
import { listenForStop } from '../run/stopping.ts';
import type { Session } from '../session.ts';
import { lookUpOwned } from './owned-by-project.ts';

export interface DestroySettings extends ClusterOptions {
  /** Seconds for each release and each deletion. */
  readonly timeout: number;
  readonly takeOver?: string;
  /** Whether a person may be asked for credentials. */
  readonly input?: boolean;
  /** Nothing is going to be removed. */
  readonly dryRun?: boolean;
}

/** A namespace of ours and the step that deletes it, if nothing else is in it. */
interface OwnNamespace {
  readonly namespace: string;
  readonly step: RunStep;
}

/** In this order; what stands together does not depend on each other. */
export interface Removals {
  readonly releases: readonly RunStep[];
  /** The controller's pods go while it still may do what it does at its end: give back its election, for instance. */
  readonly workloads: readonly RunStep[];
  readonly objects: readonly RunStep[];
  readonly namespaces: readonly OwnNamespace[];
  /** What is not removed although it has a name of the project: `ClusterRole x`. */
  readonly left: readonly string[];
}

/** What destroy would do, and where. */
export interface DestroyPlan {
  readonly project: Project;
  readonly cluster: Cluster;
  readonly tools: ClusterTools;
  readonly removals: Removals;
  /** Nothing of the controller is on the cluster. */
  readonly isEmpty: boolean;
}

/**
 * Looks up what apply brought for the project's controller, and makes steps of its removal.
 * @param onCluster told which cluster it is before it is looked at.
 * @throws ToolError when kubectl, helm or the cluster fails.
 */
export async function planDestroy(
  session: Session,
  project: Project,
  settings: DestroySettings,
  onCluster: (cluster: Cluster) => void,
): Promise<DestroyPlan> {
  const isDryRun = settings.dryRun === true;
  const unbound = openCluster(session, project, boundQuestions(settings), isDryRun);
  const { major: helmMajor } = await unbound.helm.readHelmVersion();
  const cluster = await unbound.kubectl.readCluster();
  const tools = bindToContext(unbound, cluster);
  onCluster(cluster);
  if (!isDryRun) await awaitHelms(session, cluster, settings.timeout);
  const command = isDryRun
    ? 'ingress-tls destroy --dry-run'
    : `ingress-tls destroy --confirm ${project.config.controller.name}`;
  const found = await lookUpOwned(tools, project, command);
  const steps = {
    connection: tools.connection,
    backgroundOnly: project.profile.applyMethod === 'client-side',
    timeout: settings.timeout,
    helmMajor,
  };
  const removals: Removals = {
    releases: found.releases.map((release) => uninstallStep(release, steps)),
    workloads: deleteSteps(found.objects.filter(goesFirst), steps),
    objects: deleteSteps(
      found.objects.filter((object) => !goesFirst(object)),
      steps,
    ),
    namespaces: found.namespaces.map((namespace) => ({
      namespace,
      step: deleteStep({ resource: 'namespaces', names: [namespace] }, steps),
    })),
    left: found.left,
  };
  const { releases, workloads, objects, namespaces } = removals;
  return {
    project,
    cluster,
    tools,
    removals,
    isEmpty: [releases, workloads, objects, namespaces].every(({ length }) => length === 0),
  };
}

/** A helm that a stopped run left at work would bring back what is removed here. */
async function awaitHelms(session: Session, cluster: Cluster, timeout: number): Promise<void> {
  const stopping = listenForStop(session);
  try {
    await awaitRunningHelms(session, { cluster, timeout, stopping, command: 'ingress-tls destroy' });
  } finally {
    stopping.end();
  }
}
