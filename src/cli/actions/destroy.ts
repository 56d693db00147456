import { quote } from '../../config/wording.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import type { Cluster } from '../../effects/kubectl.ts';
import { printCommand } from '../../kube/command-line.ts';
import { deleteStep, deleteSteps, isWorkload, uninstallStep } from '../../plan/cluster-steps.ts';
import { canAsk } from '../asking.ts';
import { carryOutDestroy, reportLeft, unlessForeign, type Removals } from '../run/carry-out-destroy.ts';
import { bindToContext, boundQuestions, describeCluster, openCluster, reportOwnDefaults, type ClusterTools } from '../cluster/tools.ts';
import type { DestroyOptions } from '../commands/destroy.ts';
import { lookUpOwned } from '../cluster/destroy-look.ts';
import { loadProject, type Project } from '../project.ts';
import { awaitRunningHelms } from '../run/release-repair.ts';
import { withLock, type Session } from '../session.ts';
import { listenForStop } from '../run/stopping.ts';

/**
 * Removes from the cluster what apply brought for this controller, and waits until it is gone, pods included: releases, objects, and its
 * namespaces when nothing else is in them. Run again after it was killed, it goes on.
 */
export async function destroy(session: Session, options: DestroyOptions): Promise<number> {
  return options.dryRun === true ? destroyProject(session, options) : withLock(session, 'destroy', () => destroyProject(session, options));
}

async function destroyProject(session: Session, options: DestroyOptions): Promise<number> {
  const { report } = session;
  const project = loadProject(session, options.takeOver);
  const { name } = project.config.controller;
  refuseWrongName(options.confirm, name);
  if (options.confirm === undefined && options.dryRun !== true && !canAsk(session.world, options)) throw missingConfirmation(name);

  const unbound = openCluster(session, boundQuestions(options), options.dryRun === true);
  const helmVersion = await unbound.helm.readHelmVersion();
  const cluster = await unbound.kubectl.readCluster();
  const tools = bindToContext(unbound, cluster);
  report.message(`Cluster: ${describeCluster(cluster)}`);

  if (options.dryRun !== true) await awaitHelms(session, cluster, options.timeout);
  const removals = await planRemovals(tools, project, { timeout: options.timeout, helmMajor: helmVersion.major }, options.dryRun === true ? 'ingress-tls destroy --dry-run' : `ingress-tls destroy --confirm ${name}`);
  const { releases, workloads, objects, namespaces, left } = removals;
  const steps = [...releases, ...workloads, ...objects];
  if (steps.length === 0 && namespaces.length === 0) {
    if (options.json === true) report.json({ context: cluster.context, removed: [], kept: [], left });
    else {
      reportLeft(session, left);
      report.result(`Nothing of controller ${name} is on the cluster.`);
    }
    return exitCodes.done;
  }
  if (options.dryRun === true) return printDestroyPlan(session, options, tools, removals);
  if (options.confirm === undefined) {
    for (const { title } of steps) report.verbatim(`  ${title}`);
    for (const { step } of namespaces) report.verbatim(`  ${step.title}, ${unlessForeign}`);
    const { askText } = await import('../prompts.ts');
    refuseWrongName(await askText(session.world, `To remove this from ${cluster.server}, type the controller's name (${name})`, '', session.stop.asked), name);
  }
  return carryOutDestroy(session, options, { tools, cluster, project, removals });
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

async function planRemovals(tools: ClusterTools, project: Project, given: { readonly timeout: number; readonly helmMajor: 3 | 4 }, command: string): Promise<Removals> {
  const found = await lookUpOwned(tools, project, command);
  const settings = { connection: tools.connection, backgroundOnly: project.profile.applyMethod === 'client-side', ...given };
  return {
    releases: found.releases.map((release) => uninstallStep(release, settings)),
    workloads: deleteSteps(found.objects.filter(isWorkload), settings),
    objects: deleteSteps(found.objects.filter((object) => !isWorkload(object)), settings),
    namespaces: found.namespaces.map((namespace) => ({ namespace, step: deleteStep({ resource: 'namespaces', names: [namespace] }, settings) })),
    left: found.left,
  };
}

function printDestroyPlan(session: Session, options: DestroyOptions, tools: ClusterTools, { releases, workloads, objects, namespaces, left }: Removals): number {
  const { report } = session;
  const steps = [...releases, ...workloads, ...objects];
  if (options.json === true) {
    report.json({ steps: steps.map(({ title, command }) => ({ title, command: printCommand(command) })), namespaces: namespaces.map(({ namespace }) => namespace), left });
    return exitCodes.done;
  }
  steps.forEach(({ command }, index) => {
    report.result(`${index + 1}. ${printCommand(command)}`);
  });
  namespaces.forEach(({ step }, index) => {
    report.result(`${steps.length + index + 1}. ${printCommand(step.command)}  # ${unlessForeign}`);
  });
  reportOwnDefaults(session, tools);
  reportLeft(session, left);
  return exitCodes.done;
}

function refuseWrongName(answer: string | undefined, name: string): void {
  if (answer === undefined || answer === name) return;
  throw new UsageError(`${quote(answer)} is not the controller's name: nothing was removed`, { remedy: `ingress-tls destroy --confirm ${name}` });
}

function missingConfirmation(name: string): UsageError {
  return new UsageError("missing --confirm: destroying asks for the controller's name", { remedy: `ingress-tls destroy --confirm ${name}` });
}
