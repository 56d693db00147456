import { findOwnDefaults, type ClusterTools } from '../../app/cluster/tools.ts';
import { printCommand } from '../../kube/command-line.ts';
import type { Plan, RunStep } from '../../model/plan.ts';
import type { Report } from './report.ts';
import { formatPlace, foldSteps } from './summary.ts';

/** The numbered lines of a plan: what would be written, then every command as it would run. */
export function printPlan(plan: Plan, commands: readonly RunStep[]): readonly string[] {
  const changes = foldSteps(plan.steps).map((change) => `${change.verb} ${formatPlace(change)}`);
  const lines = [...changes, ...commands.map(({ command }) => printCommand(command))];
  const width = String(lines.length).length;
  return lines.map((line, index) => `${String(index + 1).padStart(width)}. ${line}`);
}

/** The same for programs. */
export function planToJson(plan: Plan, commands: readonly RunStep[]): readonly unknown[] {
  return [
    ...foldSteps(plan.steps).map(({ verb, place, count }) => ({ kind: 'local', change: verb, place, files: count })),
    ...commands.map(({ phase, title, command }) => ({
      kind: 'command',
      phase,
      title,
      command: printCommand(command),
      tool: command.tool,
      args: command.args,
      stdinFiles: command.stdinFiles ?? [],
    })),
  ];
}

/** A word on the lines of a dry run, where the person's own kubectl would make something else of them. */
export function reportOwnDefaults(report: Report, tools: ClusterTools): void {
  const path = findOwnDefaults(tools);
  if (path === undefined) return;
  report.message(
    `note: ${path} changes what kubectl does in your shell. These lines mean a kubectl without it: export KUBERC=off before you paste them.`,
  );
}
