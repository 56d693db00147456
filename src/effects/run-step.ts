import { InternalError } from '../errors.ts';
import type { RunStep } from '../model/plan.ts';
import { readWarnings } from './api-warnings.ts';
import type { Exec } from './exec.ts';
import type { ProjectFiles } from './files.ts';
import { explainHelmFailure, isAlreadyUninstalled } from './helm.ts';
import { explainKubectlFailure } from './kubectl-failures.ts';

/** Seconds that a tool has over the time that it was given itself, to end by its own means. */
const margin = 30;

/** Milliseconds for a command. */
export function patience({ timeout }: RunStep): number {
  return (timeout + margin) * 1000;
}

export interface StepTools {
  readonly exec: Exec;
  readonly files: ProjectFiles;
  /** Called with what the API server warned of while it took what was sent (api-warnings.ts). */
  readonly onWarning?: (text: string) => void;
}

/**
 * Runs one command of a plan; objects go to it on standard input.
 * @throws ToolError in the tool's own words, secrets removed, when it fails.
 */
export async function runStep(step: RunStep, { exec, files, onWarning }: StepTools): Promise<void> {
  const { command, title, release } = step;
  const stdin = command.stdinFiles?.map((path) => readInput(files, path)).join('');
  const result = await exec.run(command, { timeoutMs: patience(step), ...(stdin === undefined ? {} : { stdin }) });
  if (onWarning !== undefined) readWarnings(result).forEach(onWarning);
  if (result.exitCode === 0 && !result.timedOut) return;
  if (command.tool === 'helm' && isAlreadyUninstalled(command, result)) return;
  const what = `cannot ${title}`;
  throw command.tool === 'helm'
    ? explainHelmFailure(what, result, release?.namespace)
    : explainKubectlFailure(what, result);
}

function readInput(files: ProjectFiles, path: string): string {
  const text = files.readText(path);
  if (text === undefined) throw new InternalError(`${path} was planned to be sent and is gone`);
  // Several files make one stream: each is a document of its own, however a person left it.
  const document = text.startsWith('---') ? text : `---\n${text}`;
  return document.endsWith('\n') ? document : `${document}\n`;
}
