import { formatCluster } from '../../app/cluster/tools.ts';
import { unlessForeign } from '../../app/destroy/carry-out-destroy.ts';
import { destroy, type DestroyOutcome, type DestroyRequest } from '../../app/destroy/destroy.ts';
import type { DestroyPlan, Removals } from '../../app/destroy/plan-destroy.ts';
import { exitCodes } from '../../errors.ts';
import { printCommand } from '../../kube/command-line.ts';
import type { RunStep } from '../../model/plan.ts';
import { reportOwnDefaults } from '../output/dry-run.ts';
import type { CommandSession } from '../session.ts';

/** Says what destroy finds, and what is gone. */
export async function destroyProject(session: CommandSession, request: DestroyRequest): Promise<number> {
  const { report } = session;
  const outcome = await destroy(session, request, {
    onCluster: (cluster) => {
      report.message(`Cluster: ${formatCluster(cluster)}`);
    },
    askName: async ({ project, cluster, removals }) => {
      for (const { title } of listSteps(removals)) report.verbatim(`  ${title}`);
      for (const { step } of removals.namespaces) report.verbatim(`  ${step.title}, ${unlessForeign}`);
      const { askText } = await import('../prompts.ts');
      const what = `To remove this from ${cluster.server}, type the controller's name (${project.config.controller.name})`;
      return askText(session.world, what, '', session.stop.asked);
    },
  });
  report.say({
    json: () => outcomeToJson(outcome),
    text: () => {
      reportOutcome(session, outcome);
    },
  });
  return exitCodes.done;
}

function listSteps({ releases, workloads, objects }: Removals): readonly RunStep[] {
  return [...releases, ...workloads, ...objects];
}

function outcomeToJson({ plan, done }: DestroyOutcome): unknown {
  const { cluster, removals, isEmpty } = plan;
  if (isEmpty) return { context: cluster.context, removed: [], kept: [], left: removals.left };
  if (done === undefined) return planToJson(removals);
  return { ...done, left: removals.left };
}

function reportOutcome(session: CommandSession, { plan, done }: DestroyOutcome): void {
  const { report } = session;
  const { name } = plan.project.config.controller;
  const { left } = plan.removals;
  if (plan.isEmpty) {
    reportLeft(session, left);
    report.result(`Nothing of controller ${name} is on the cluster.`);
    return;
  }
  if (done === undefined) {
    printPlan(session, plan);
    return;
  }
  for (const { namespace, holds } of done.kept)
    report.message(`kept: namespace ${namespace}, which also holds ${holds.join(', ')}`);
  reportLeft(session, left);
  report.result(`Removed controller ${name} and its services from the cluster. Local files and keys are still here.`);
}

function planToJson(removals: Removals): unknown {
  const { namespaces, left } = removals;
  const steps = listSteps(removals).map(({ title, command }) => ({ title, command: printCommand(command) }));
  return { steps, namespaces: namespaces.map(({ namespace }) => namespace), left };
}

function printPlan(session: CommandSession, { tools, removals }: DestroyPlan): void {
  const { report } = session;
  const { namespaces, left } = removals;
  const steps = listSteps(removals);
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
