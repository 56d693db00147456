import { exitCodes, ToolError } from '../../errors.ts';
import type { Cluster } from '../../effects/kubectl.ts';
import { runStep } from '../../effects/run-step.ts';
import { ownerSelector } from '../../kube/ownership.ts';
import type { RunStep } from '../../model/plan.ts';
import { listElections } from '../cluster/destroy-look.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import type { DestroyOptions } from '../commands/destroy.ts';
import { usualConcurrency } from './concurrency.ts';
import { makeEnduring } from './enduring-tools.ts';
import { addTakeOver } from '../options.ts';
import type { ProgressStep, Stage } from './progress.ts';
import type { Project } from '../project.ts';
import { runSteps } from './run-steps.ts';
import type { Session } from '../session.ts';
import { chooseProgressStyle } from '../waiting.ts';
import { listenForStop } from './stopping.ts';

/** A namespace of ours and the step that deletes it, if nothing else is in it. */
export interface OwnNamespace {
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

export interface Destruction {
  readonly tools: ClusterTools;
  readonly cluster: Cluster;
  readonly project: Project;
  readonly removals: Removals;
}

/** Said of every namespace that is to be deleted: what is in it is looked at right before. */
export const unlessForeign = 'unless it holds anything else by then';

/** Removes releases, then the controller, what else is its own, and its namespaces, each kind side by side, and says what is gone and what is not. */
export async function carryOutDestroy(session: Session, options: DestroyOptions, { tools: unsteady, cluster, project, removals }: Destruction): Promise<number> {
  const { report, world } = session;
  const { name } = project.config.controller;
  const gone = new Set<RunStep>();
  const foreign = new Map<string, readonly string[]>();
  const stopping = listenForStop(session);
  const tools = makeEnduring(session, unsteady, { stopping, timeout: options.timeout, cluster });
  const runOne = async (step: RunStep): Promise<void> => {
    await runStep(step, { ...tools, files: session.files });
    gone.add(step);
  };
  const asProgress = (step: RunStep): ProgressStep => ({ title: step.title, run: () => runOne(step) });
  const { releases, workloads, objects, namespaces, left } = removals;
  const concurrency = usualConcurrency(world.cores);
  const stage = (title: string, steps: readonly ProgressStep[]): readonly Stage[] => (steps.length === 0 ? [] : [{ title, steps, concurrency }]);
  const stages = [
    ...stage(`uninstall ${releases.length} releases`, releases.map(asProgress)),
    ...stage('delete the controller', workloads.map(asProgress)),
    ...stage(`delete objects of ${objects.length} kinds`, objects.map(asProgress)),
    ...stage(
      `delete ${namespaces.length} namespaces`,
      namespaces.map(({ namespace, step }) => ({
        title: `${step.title}, ${unlessForeign}`,
        run: async () => {
          const holds = await findForeign(tools, namespace, project);
          if (holds.length > 0) foreign.set(namespace, holds);
          else await explainHeld(tools, namespace, () => runOne(step));
        },
        skipped: () => (foreign.has(namespace) ? 'it does' : undefined),
      })),
    ),
  ];
  try {
    await runSteps(session, chooseProgressStyle(session, options), stages, stopping, addTakeOver(`ingress-tls destroy --confirm ${name}`, options));
  } finally {
    stopping.end();
  }
  const kept = namespaces.map(({ namespace }) => ({ namespace, holds: foreign.get(namespace) ?? [] })).filter(({ holds }) => holds.length > 0);
  if (options.json === true) {
    const planned = [...releases, ...workloads, ...objects, ...namespaces.map(({ step }) => step)];
    report.json({ removed: planned.filter((step) => gone.has(step)).map(({ title }) => title), kept, left });
    return exitCodes.done;
  }
  for (const { namespace, holds } of kept) report.message(`kept: namespace ${namespace}, which also holds ${holds.join(', ')}`);
  reportLeft(session, left);
  report.result(`Removed controller ${name} and its services from the cluster. Local files and keys are still here.`);
  return exitCodes.done;
}

/** Names what has a name of the project and is not removed. */
export function reportLeft({ report }: Session, left: readonly string[]): void {
  for (const object of left) report.message(`left: ${object}, which is not marked as ours`);
}

/** What else is in a namespace, right before it is deleted; nothing for one that is being deleted already, whatever was in it. */
async function findForeign({ kubectl }: ClusterTools, namespace: string, project: Project): Promise<readonly string[]> {
  const isTerminating = (await kubectl.findNamespaces([namespace])).get(namespace)?.isTerminating === true;
  if (isTerminating) return [];
  const elections = listElections(project).filter((election) => election.namespace === namespace);
  return kubectl.listForeign(namespace, ownerSelector(project.config.controller.name), elections.map(({ kind, name }) => `${kind}/${name}`));
}

/** When a namespace does not go, the API knows why. */
async function explainHeld({ kubectl }: ClusterTools, namespace: string, remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const found = await kubectl.findNamespaces([namespace]).catch(() => new Map<string, never>());
    const { message, details, remedy } = error;
    const heldBy = found.get(namespace)?.heldBy ?? [];
    throw new ToolError(message, { details: [...details, ...heldBy.map((reason) => `${namespace}: ${reason}`)], ...(remedy !== undefined && { remedy }), cause: error });
  }
}
