import { ToolError } from '../../errors.ts';
import { usualReadLimit, type Exec, type ExternalCommand, type RunOptions, type ToolResult } from './exec.ts';
import { aboutOthers, knownTexts, type Meaning } from './known-texts.ts';
import { quoteOutput } from './redaction.ts';
import type { ExternalTool } from './tool-environment.ts';

/** A tool that failed, and what its words mean. */
class ToolFailure extends ToolError {
  readonly meaning: Meaning | undefined;

  constructor(
    message: string,
    {
      meaning,
      ...explanation
    }: { readonly meaning?: Meaning | undefined; readonly remedy?: string; readonly details: readonly string[] },
  ) {
    super(message, explanation);
    this.meaning = meaning;
  }
}

/** What is asked of a command to say why it failed. */
type FailedCommand = Pick<ExternalCommand, 'tool' | 'release' | 'isLocal'>;

export function hasFailed({ exitCode, timedOut }: Pick<ToolResult, 'exitCode' | 'timedOut'>): boolean {
  return exitCode !== 0 || timedOut;
}

/** Runs a command to its success. @throws ToolError when it fails. */
export async function askTool(
  exec: Exec,
  command: ExternalCommand,
  options: RunOptions & { readonly what: string },
): Promise<ToolResult> {
  const result = await exec.run(command, options);
  if (hasFailed(result)) throw explainFailure(command, options.what, result);
  return result;
}

/** Where a tool's words have one of these meanings. */
export function findText(
  { stderr }: Pick<ToolResult, 'stderr'>,
  ...meanings: readonly Meaning[]
): RegExpExecArray | undefined {
  for (const { meaning, pattern } of knownTexts) {
    const match = meaning !== undefined && meanings.includes(meaning) ? pattern.exec(stderr) : null;
    if (match !== null) return match;
  }
  return undefined;
}

/**
 * Whether a tool failed because the API server is not there right now, so that the same command may succeed in a moment.
 * A tool that a signal ended, that was over its time or that still runs is none: what it did is not known.
 */
export function isTransient({ exitCode, timedOut, stillRunning, stderr }: ToolResult): boolean {
  if (exitCode === undefined || exitCode === 0 || timedOut || stillRunning !== undefined) return false;
  return stderr.split('\n').some((line) => !aboutOthers.test(line) && findText({ stderr: line }, 'away') !== undefined);
}

/** Whether a question failed for want of a right alone. */
export function isForbidden(error: unknown): error is ToolError {
  return error instanceof ToolFailure && error.meaning === 'forbidden';
}

/** The answer to a question; undefined where it may not be asked. */
export async function unlessForbidden<Value>(question: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await question();
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return undefined;
  }
}

/**
 * Explains why a tool failed.
 * @param what what failed, as `cannot read the cluster's version`.
 * @returns an error with the reason if it is a known one, what to do, and the tool's own words without secrets.
 */
export function explainFailure(
  { tool, release, isLocal = false }: FailedCommand,
  what: string,
  result: ToolResult,
): ToolError {
  const details = attribute(tool, quoteOutput(result.stderr.trim() === '' ? result.stdout : result.stderr));
  if (result.stillRunning !== undefined) {
    return new ToolFailure(`${what}: ${tool} was told to stop and still runs as process ${result.stillRunning}`, {
      remedy: `Wait until process ${result.stillRunning} has ended, then run the same command again.`,
      details,
    });
  }
  for (const { pattern, meaning, tools, why, remedy } of knownTexts) {
    const match = why !== undefined && tools.includes(tool) ? pattern.exec(result.stderr) : null;
    if (why === undefined || match === null) continue;
    const words = typeof why === 'string' ? why : why(match);
    return new ToolFailure(`${what}: ${quoteOutput(words).join(' ')}`, {
      meaning,
      remedy: typeof remedy === 'string' ? remedy : remedy(release?.namespace),
      details,
    });
  }
  if (result.timedOut) {
    const again =
      result.durationMs < usualReadLimit * 1000
        ? 'run the same command again, with a longer --timeout'
        : 'run the same command again';
    const look = isLocal
      ? `Look at the ${tool} that is first on PATH (${tool} version)`
      : 'Look whether the cluster answers (kubectl cluster-info)';
    return new ToolFailure(`${what}: ${tool} did not end within ${Math.ceil(result.durationMs / 1000)} s`, {
      remedy: `${look}, then ${again}.`,
      details,
    });
  }
  if (result.signal !== undefined) {
    return new ToolFailure(`${what}: ${tool} was ended by ${result.signal}`, {
      remedy: 'Run the same command again.',
      details,
    });
  }
  return new ToolFailure(`${what}: ${tool} failed with exit code ${result.exitCode ?? 'unknown'}`, { details });
}

/** An answer that makes no sense, as from a program that is not the tool or from a broken proxy. */
export function garbledAnswer(tool: ExternalTool, what: string, result: ToolResult): ToolError {
  return new ToolError(
    `${what}: ${tool} answered something unexpected${result.isCut ? ' (more than we can read)' : ''}`,
    {
      remedy: `Look at the ${tool} that is first on PATH: ${tool} version.`,
      details: attribute(tool, quoteOutput(result.stdout).slice(0, 5)),
    },
  );
}

/** Says who says so: a tool's `error:` stands beside our own. */
function attribute(tool: ExternalTool, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${tool}: ${line}`);
}
