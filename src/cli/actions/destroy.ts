import { quote } from '../../config/wording.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import type { OwnedObject } from '../../effects/kubectl.ts';
import type { Release } from '../../effects/helm.ts';
import { runStep } from '../../effects/run-step.ts';
import { printCommand } from '../../kube/command-line.ts';
import { ownerLabel, ownerSelector } from '../../kube/ownership.ts';
import type { RunStep } from '../../model/plan.ts';
import { deleteStep, deleteSteps, uninstallStep } from '../../plan/cluster-steps.ts';
import { canAsk } from '../asking.ts';
import { bindToContext, describeCluster, openCluster, type ClusterTools } from '../cluster-tools.ts';
import type { DestroyOptions } from '../commands/destroy.ts';
import { selectRemovable } from '../owned-objects.ts';
import { chooseProgressStyle } from '../progress.ts';
import { loadProject, type Project } from '../project.ts';
import { runSteps } from '../run-steps.ts';
import { withLock, type Session } from '../session.ts';
import { listenForStop } from '../stopping.ts';

/** Removes from the cluster what carries this controller's label: releases, objects, and its namespaces when nothing else is in them. */
export async function destroy(session: Session, options: DestroyOptions): Promise<number> {
  return options.dryRun === true ? destroyProject(session, options) : withLock(session, 'destroy', () => destroyProject(session, options));
}

async function destroyProject(session: Session, options: DestroyOptions): Promise<number> {
  const { report } = session;
  const project = loadProject(session);
  const { name } = project.config.controller;
  refuseWrongName(options.confirm, name);
  if (options.confirm === undefined && options.dryRun !== true && !canAsk(session.world, options)) throw missingConfirmation(name);

  const unbound = openCluster(session, options, options.dryRun === true);
  await unbound.helm.readHelmVersion();
  const cluster = await unbound.kubectl.readCluster();
  const tools = bindToContext(unbound, cluster.context);
  report.message(`Cluster: ${describeCluster(cluster)}`);

  const found = await lookUpOwned(tools, name);
  const settings = { connection: tools.connection, timeout: options.timeout };
  // A namespace goes when its last pod has ended, and a controller may take its grace period of 300 s for open connections.
  const patient = { ...settings, timeout: Math.max(options.timeout, 360) };
  const steps = [...found.releases.map((release) => uninstallStep(release, settings)), ...deleteSteps(found.objects, settings)];
  const namespaces = found.namespaces.map((namespace) => ({ namespace, step: deleteStep({ resource: 'namespaces', names: [namespace] }, patient) }));
  if (steps.length === 0 && found.namespaces.length === 0) {
    if (options.json === true) report.json({ context: cluster.context, removed: [], kept: [] });
    else report.result(`Nothing of controller ${name} is on the cluster.`);
    return exitCodes.done;
  }
  if (options.dryRun === true) return printDestroyPlan(session, options, steps, namespaces);
  if (options.confirm === undefined) {
    for (const { title } of steps) report.verbatim(`  ${title}`);
    for (const { step } of namespaces) report.verbatim(`  ${step.title}, ${unlessForeign}`);
    const { askText } = await import('../prompts.ts');
    refuseWrongName(await askText(session.world, `To remove this from ${cluster.server}, type the controller's name (${name})`, ''), name);
  }
  return carryOutDestroy(session, options, tools, project, steps, namespaces);
}

const unlessForeign = 'unless it holds anything else by then';

/** A namespace of ours and the step that deletes it, if nothing else is in it. */
interface OwnNamespace {
  readonly namespace: string;
  readonly step: RunStep;
}

interface Owned {
  readonly releases: readonly Release[];
  readonly objects: readonly OwnedObject[];
  readonly namespaces: readonly string[];
}

async function lookUpOwned({ helm, kubectl }: ClusterTools, controllerName: string): Promise<Owned> {
  const selector = ownerSelector(controllerName);
  const releases = await helm.listReleases(selector);
  const owned = (await kubectl.listOwned(ownerLabel)).filter(({ owner }) => owner === controllerName);
  return {
    releases,
    objects: selectRemovable(owned),
    namespaces: owned.filter(({ kind }) => kind === 'Namespace').map(({ name }) => name),
  };
}

function printDestroyPlan({ report }: Session, options: DestroyOptions, steps: readonly RunStep[], namespaces: readonly OwnNamespace[]): number {
  if (options.json === true) {
    report.json({ steps: steps.map(({ title, command }) => ({ title, command: printCommand(command) })), namespaces: namespaces.map(({ namespace }) => namespace) });
    return exitCodes.done;
  }
  steps.forEach(({ command }, index) => {
    report.result(`${index + 1}. ${printCommand(command)}`);
  });
  namespaces.forEach(({ step }, index) => {
    report.result(`${steps.length + index + 1}. ${printCommand(step.command)}  # ${unlessForeign}`);
  });
  return exitCodes.done;
}

async function carryOutDestroy(
  session: Session,
  options: DestroyOptions,
  tools: ClusterTools,
  { config }: Project,
  steps: readonly RunStep[],
  namespaces: readonly OwnNamespace[],
): Promise<number> {
  const { report } = session;
  const removed: string[] = [];
  const kept: { readonly namespace: string; readonly holds: readonly string[] }[] = [];
  const stopping = listenForStop(session.world, report, tools.exec);
  const selector = ownerSelector(config.controller.name);
  const runOne = async (step: RunStep): Promise<void> => {
    await runStep(step, { ...tools, files: session.files });
    removed.push(step.title);
  };
  const removals = steps.map((step) => ({ title: step.title, run: () => runOne(step) }));
  const namespaceRemovals = namespaces.map(({ namespace, step }) => ({
    title: step.title,
    run: async () => {
      const holds = await tools.kubectl.listForeign(namespace, selector);
      if (holds.length > 0) kept.push({ namespace, holds });
      else await runOne(step);
    },
  }));
  try {
    const command = `ingress-tls destroy --confirm ${config.controller.name}`;
    await runSteps(session, chooseProgressStyle(session, options), [...removals, ...namespaceRemovals], stopping, command);
  } finally {
    stopping.end();
  }
  if (options.json === true) {
    report.json({ removed, kept });
    return exitCodes.done;
  }
  for (const { namespace, holds } of kept) report.message(`kept: namespace ${namespace}, which also holds ${holds.join(', ')}`);
  report.result(`Removed controller ${config.controller.name} and its services from the cluster. Local files and keys are still here.`);
  return exitCodes.done;
}

function refuseWrongName(answer: string | undefined, name: string): void {
  if (answer === undefined || answer === name) return;
  throw new UsageError(`${quote(answer)} is not the controller's name: nothing was removed`, { remedy: `ingress-tls destroy --confirm ${name}` });
}

function missingConfirmation(name: string): UsageError {
  return new UsageError("missing --confirm: destroying asks for the controller's name", { remedy: `ingress-tls destroy --confirm ${name}` });
}

