import { canAsk } from '../../app/asking.ts';
import { describeCluster } from '../../app/cluster/tools.ts';
import { carryOutDestroy, unlessForeign } from '../../app/destroy/carry-out-destroy.ts';
import { planDestroy, type DestroyPlan, type DestroySettings, type Removals } from '../../app/destroy/plan-destroy.ts';
import { loadProject } from '../../app/project.ts';
import { withLock } from '../../app/session.ts';
import { quote } from '../../text/escape.ts';
import { exitCodes, UsageError } from '../../errors.ts';
import { printCommand } from '../../kube/command-line.ts';
import { reportOwnDefaults } from '../output/dry-run.ts';
import type { CommandSession } from '../session.ts';

export interface DestroyOptions extends DestroySettings {
  /** The controller's name; absent: the person is asked for it. */
  readonly confirm?: string;
  readonly input: boolean;
}

/**
 * Removes from the cluster what apply brought for this controller, and waits until it is gone, pods included: releases, objects, and its
 * namespaces when nothing else is in them. Run again after it was killed, it goes on.
 */
export async function destroy(session: CommandSession, options: DestroyOptions): Promise<number> {
  return options.dryRun === true ? destroyProject(session, options) : withLock(session, 'destroy', () => destroyProject(session, options));
}

async function destroyProject(session: CommandSession, options: DestroyOptions): Promise<number> {
  const { report } = session;
  const project = await loadProject(session, options.takeOver);
  const { name } = project.config.controller;
  refuseWrongName(options.confirm, name);
  if (options.confirm === undefined && options.dryRun !== true && !canAsk(session.world, options)) throw missingConfirmation(name);
  const plan = await planDestroy(session, project, options, (cluster) => {
    report.message(`Cluster: ${describeCluster(cluster)}`);
  });
  const { cluster, removals } = plan;
  const { releases, workloads, objects, namespaces, left } = removals;
  const steps = [...releases, ...workloads, ...objects];
  if (steps.length === 0 && namespaces.length === 0) {
    report.say({
      json: () => ({ context: cluster.context, removed: [], kept: [], left }),
      text: () => {
        reportLeft(session, left);
        report.result(`Nothing of controller ${name} is on the cluster.`);
      },
    });
    return exitCodes.done;
  }
  if (options.dryRun === true) {
    report.say({ json: () => planToJson(removals), text: () => { printPlan(session, plan); } });
    return exitCodes.done;
  }
  if (options.confirm === undefined) {
    for (const { title } of steps) report.verbatim(`  ${title}`);
    for (const { step } of namespaces) report.verbatim(`  ${step.title}, ${unlessForeign}`);
    const { askText } = await import('../prompts.ts');
    refuseWrongName(await askText(session.world, `To remove this from ${cluster.server}, type the controller's name (${name})`, '', session.stop.asked), name);
  }
  const { removed, kept } = await carryOutDestroy(session, options, plan);
  report.say({
    json: () => ({ removed, kept, left }),
    text: () => {
      for (const { namespace, holds } of kept) report.message(`kept: namespace ${namespace}, which also holds ${holds.join(', ')}`);
      reportLeft(session, left);
      report.result(`Removed controller ${name} and its services from the cluster. Local files and keys are still here.`);
    },
  });
  return exitCodes.done;
}

function planToJson({ releases, workloads, objects, namespaces, left }: Removals): unknown {
  const steps = [...releases, ...workloads, ...objects].map(({ title, command }) => ({ title, command: printCommand(command) }));
  return { steps, namespaces: namespaces.map(({ namespace }) => namespace), left };
}

function printPlan(session: CommandSession, { tools, removals }: DestroyPlan): void {
  const { report } = session;
  const { releases, workloads, objects, namespaces, left } = removals;
  const steps = [...releases, ...workloads, ...objects];
  steps.forEach(({ command }, index) => {
    report.result(`${index + 1}. ${printCommand(command)}`);
  });
  namespaces.forEach(({ step }, index) => {
    report.result(`${steps.length + index + 1}. ${printCommand(step.command)}  # ${unlessForeign}`);
  });
  reportOwnDefaults(report, tools);
  reportLeft(session, left);
}

/** Names what has a name of the project and is not removed. */
function reportLeft({ report }: CommandSession, left: readonly string[]): void {
  for (const object of left) report.message(`left: ${object}, which is not marked as ours`);
}

function refuseWrongName(answer: string | undefined, name: string): void {
  if (answer === undefined || answer === name) return;
  throw new UsageError(`${quote(answer)} is not the controller's name: nothing was removed`, { remedy: `ingress-tls destroy --confirm ${name}` });
}

function missingConfirmation(name: string): UsageError {
  return new UsageError("missing --confirm: destroying asks for the controller's name", { remedy: `ingress-tls destroy --confirm ${name}` });
}
