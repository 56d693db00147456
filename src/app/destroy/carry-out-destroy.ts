import { ToolError } from '../../errors.ts';
import { runStep } from '../../world/run-step.ts';
import { ownerSelector } from '../../kube/ownership.ts';
import type { RunStep } from '../../model/plan.ts';
import type { DestroyPlan, DestroySettings } from './plan-destroy.ts';
import { listElections } from './owned-by-project.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import { makeResilient } from '../run/resilient-tools.ts';
import { usualConcurrency, type ProgressStep, type Stage } from '../run/stage.ts';
import { addTakeOver, type Project } from '../project.ts';
import { runSteps } from '../run/run-steps.ts';
import type { Session } from '../session.ts';
import { listenForStop } from '../run/stopping.ts';

/** What is gone, and what had to stay. */
export interface Destroyed {
  /** Titles of the steps that took something away. */
  readonly removed: readonly string[];
  /** Namespaces that also hold what is not ours: `Pod/x`. */
  readonly kept: readonly { readonly namespace: string; readonly holds: readonly string[] }[];
}

/** Said of every namespace that is to be deleted: what is in it is looked at right before. */
export const unlessForeign = 'unless it holds anything else by then';

/** Removes releases, then the controller, what else is its own, and its namespaces, each kind side by side. @throws KnownError as runSteps. */
export async function carryOutDestroy(
  session: Session,
  settings: DestroySettings,
  { tools: usual, cluster, project, removals }: DestroyPlan,
): Promise<Destroyed> {
  const { name } = project.config.controller;
  const gone = new Set<RunStep>();
  const foreign = new Map<string, readonly string[]>();
  const stopping = listenForStop(session);
  const tools = makeResilient(session, usual, { stopping, timeout: settings.timeout, cluster });
  const runOne = async (step: RunStep): Promise<void> => {
    await runStep(step, { ...tools, files: session.files });
    gone.add(step);
  };
  const asProgress = (step: RunStep): ProgressStep => ({ title: step.title, run: () => runOne(step) });
  const { releases, workloads, objects, namespaces } = removals;
  const concurrency = usualConcurrency(session.world.cores);
  const stage = (title: string, steps: readonly ProgressStep[]): readonly Stage[] =>
    steps.length === 0 ? [] : [{ title, steps, concurrency }];
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
    await runSteps(session, stages, stopping, addTakeOver(`ingress-tls destroy --confirm ${name}`, settings));
  } finally {
    stopping.end();
  }
  const kept = namespaces
    .map(({ namespace }) => ({ namespace, holds: foreign.get(namespace) ?? [] }))
    .filter(({ holds }) => holds.length > 0);
  const planned = [...releases, ...workloads, ...objects, ...namespaces.map(({ step }) => step)];
  return { removed: planned.filter((step) => gone.has(step)).map(({ title }) => title), kept };
}

/** What else is in a namespace, right before it is deleted; nothing for one that is being deleted already, whatever was in it. */
async function findForeign({ kubectl }: ClusterTools, namespace: string, project: Project): Promise<readonly string[]> {
  const isTerminating = (await kubectl.findNamespaces([namespace])).get(namespace)?.isTerminating === true;
  if (isTerminating) return [];
  const elections = (await listElections(project)).filter((election) => election.namespace === namespace);
  return kubectl.listForeign(
    namespace,
    ownerSelector(project.config.controller.name),
    elections.map(({ kind, name }) => `${kind}/${name}`),
  );
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
    throw new ToolError(message, {
      details: [...details, ...heldBy.map((reason) => `${namespace}: ${reason}`)],
      ...(remedy !== undefined && { remedy }),
      cause: error,
    });
  }
}
