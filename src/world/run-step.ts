import { InternalError, ToolError } from '../errors.ts';
import { printCommand } from '../kube/command-line.ts';
import { replaceChart } from '../kube/helm-commands.ts';
import type { RunStep, ToolCommand } from '../model/plan.ts';
import { readWarnings } from './kubectl/api-server-words.ts';
import { presentChart } from './helm/chart-folder.ts';
import type { Exec, ToolResult } from './exec/exec.ts';
import type { ProjectFiles } from './files/files.ts';
import { isAlreadyUninstalled } from './helm/helm.ts';
import { quoteOutput } from './exec/redaction.ts';
import { askTool, explainFailure, hasFailed } from './exec/tool-failure.ts';

/** Seconds that a tool has over the time that it was given itself, to end by its own means. */
const margin = 30;

/** Milliseconds for a command. */
export function stepLimitMs({ timeout }: Pick<RunStep, 'timeout'>): number {
  return (timeout + margin) * 1000;
}

export interface StepTools {
  readonly exec: Exec;
  readonly files: ProjectFiles;
  /** Called with what the API server warned of while it took what was sent (api-server-words.ts). */
  readonly onWarning?: (text: string) => void;
}

/**
 * Runs one command of a plan; objects go to it on standard input. What it was to remove is looked for afterwards: kubectl ends with 0 too
 * when it was talked out of it.
 * @throws ToolError in the tool's own words, secrets removed, when it fails.
 */
export async function runStep(step: RunStep, { exec, files, onWarning }: StepTools): Promise<void> {
  const { command, remaining } = step;
  const stdin = command.stdinFiles?.map((path) => readInput(files, path)).join('');
  const result = await runOnChart(step, files, (readable) =>
    exec.run(readable, { timeoutMs: stepLimitMs(step), ...(stdin === undefined ? {} : { stdin }) }),
  );
  if (onWarning !== undefined) readWarnings(result).forEach(onWarning);
  const what = `cannot ${step.title}`;
  if (hasFailed(result) && !(remaining !== undefined && isAlreadyUninstalled(command, result)))
    throw explainFailure(command, what, result);
  if (remaining === undefined) return;
  const look = await askTool(exec, remaining, { what, isOutcome: true });
  const names = look.stdout.split('\n').filter((line) => line.trim() !== '');
  if (names.length === 0) return;
  throw new ToolError(
    `${what}: ${command.tool} said that it is done, and ${quoteOutput(names.join(', ')).join(' ')} is still there`,
    {
      details: quoteOutput(`${result.stdout}${result.stderr}`).map((line) => `${command.tool}: ${line}`),
      remedy: `${printCommand(remaining)} names what is there; then run the same command again.`,
    },
  );
}

/** helm is given a copy of a chart that it could not read where it is; nothing of a release tells where its chart was. */
async function runOnChart(
  { command, chart }: RunStep,
  files: ProjectFiles,
  run: (command: ToolCommand) => Promise<ToolResult>,
): Promise<ToolResult> {
  if (chart === undefined) return run(command);
  const { folder, remove } = presentChart(files, chart);
  try {
    return await run(folder === chart ? command : replaceChart(command, chart, folder));
  } finally {
    remove();
  }
}

function readInput(files: ProjectFiles, path: string): string {
  const text = files.readText(path);
  if (text === undefined) throw new InternalError(`${path} was planned to be sent and is gone`);
  // Several files make one stream: each is a document of its own, however a person left it.
  const document = text.startsWith('---') ? text : `---\n${text}`;
  return document.endsWith('\n') ? document : `${document}\n`;
}
