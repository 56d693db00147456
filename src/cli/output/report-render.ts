import { createTwoFilesPatch } from 'diff';
import type { WrittenProject } from '../../app/edit-project.ts';
import { explainKept } from '../../app/kept-files.ts';
import { exitCodes } from '../../errors.ts';
import type { Conflict, Plan } from '../../model/plan.ts';
import type { CommandSession } from '../session.ts';
import { summarize } from './summary.ts';

/** Tells what was written, on stdout, and what was kept, on stderr. */
export function reportRender(
  session: CommandSession,
  { plan, backups }: Pick<WrittenProject, 'plan' | 'backups'>,
): void {
  const { report } = session;
  reportConflicts(session, plan);
  reportBackups(session, backups);
  report.say({
    json: () => renderToJson(plan, backups),
    text: () => {
      report.results(summarize(plan));
    },
  });
}

/** What was written, for programs. */
export function renderToJson(plan: Plan, backups: readonly string[]): object {
  return {
    created: plan.steps.flatMap((step) => (changesFile(step) && step.change === 'create' ? [step.path] : [])),
    replaced: plan.steps.flatMap((step) => (changesFile(step) && step.change.startsWith('replace') ? [step.path] : [])),
    removed: plan.steps.flatMap((step) => (step.kind === 'remove-file' ? [step.path] : [])),
    certificates: plan.steps.flatMap((step) => (step.kind === 'issue-certificate' ? [step.path] : [])),
    unchanged: plan.unchanged,
    kept: plan.conflicts.map(({ path, reason }) => ({ path, reason })),
    backups,
    notices: plan.notices,
  };
}

/** Says where what was replaced is kept. */
export function reportBackups({ report }: CommandSession, backups: readonly string[]): void {
  for (const backup of backups) report.message(`kept what was there as ${backup}`);
}

/** Names each edited file that was kept and shows how it differs. */
export function reportConflicts(session: CommandSession, plan: Plan): void {
  for (const conflict of plan.conflicts) reportConflict(session, conflict);
}

/**
 * The last words of a command that wrote the project: what to type next, or, when edited files were kept, what that means.
 * Returns the exit code.
 */
export function closeRender({ report }: CommandSession, plan: Plan, next?: string): number {
  if (plan.conflicts.length === 0) {
    if (next !== undefined) report.next(next);
    return exitCodes.done;
  }
  const { message, remedy } = explainKept(plan);
  report.message(message);
  report.next(remedy);
  return exitCodes.no;
}

function changesFile(
  step: Plan['steps'][number],
): step is Extract<Plan['steps'][number], { kind: 'write-file' | 'write-made' }> {
  return step.kind === 'write-file' || step.kind === 'write-made';
}

/** Shows the difference, except where the file holds a key. */
function reportConflict({ report, files }: CommandSession, { path, desired, reason }: Conflict): void {
  const why = reason === 'edited' ? 'was edited since it was generated' : 'was not written by ingress-tls';
  report.message(`${report.messageStyle.warning('kept:')} ${path} ${why}`);
  const current = files.readText(path)?.replaceAll('\r\n', '\n');
  if (desired === undefined || current === undefined) return;
  const patch = createTwoFilesPatch(path, `${path} (generated)`, current, desired, undefined, undefined, {
    context: 2,
  });
  for (const line of patch.split('\n').slice(1)) {
    if (line !== '') report.verbatim(colorDiffLine(line, report.messageStyle));
  }
}

function colorDiffLine(line: string, style: CommandSession['report']['messageStyle']): string {
  if (line.startsWith('+')) return style.success(line);
  if (line.startsWith('-')) return style.error(line);
  return style.faint(line);
}
