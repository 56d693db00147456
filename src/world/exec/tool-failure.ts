import { ToolError } from '../../errors.ts';
import { usualReadLimit, type ToolResult } from './exec.ts';
import type { ExternalTool } from './tool-environment.ts';
import { quoteOutput } from './redaction.ts';

/** A text by which a tool's failure is recognised, and what it means. The first that fits is taken. */
export interface KnownText {
  readonly pattern: RegExp;
  readonly why: (match: RegExpExecArray) => string;
  readonly remedy: string;
}

/** What a tool was asked. */
export interface Question {
  /** Whether the tool needs no cluster to answer. */
  readonly isLocal?: boolean;
}

/**
 * Explains why a tool failed.
 * @param what what failed, as `cannot read the cluster's version`.
 * @returns an error with the reason if it is a known one, what to do, and the tool's own words without secrets.
 */
export function explainToolFailure(tool: ExternalTool, what: string, result: ToolResult, knownTexts: readonly KnownText[], { isLocal = false }: Question = {}): ToolError {
  const details = attribute(tool, quoteOutput(result.stderr.trim() === '' ? result.stdout : result.stderr));
  if (result.stillRunning !== undefined) {
    return new ToolError(`${what}: ${tool} was told to stop and still runs as process ${result.stillRunning}`, {
      remedy: `Wait until process ${result.stillRunning} has ended, then run the same command again.`,
      details,
    });
  }
  for (const { pattern, why, remedy } of knownTexts) {
    const match = pattern.exec(result.stderr);
    if (match !== null) return new ToolError(`${what}: ${quoteOutput(why(match)).join(' ')}`, { remedy, details });
  }
  if (result.timedOut) {
    const again = result.durationMs < usualReadLimit * 1000 ? 'run the same command again, with a longer --timeout' : 'run the same command again';
    const look = isLocal ? `Look at the ${tool} that is first on PATH (${tool} version)` : 'Look whether the cluster answers (kubectl cluster-info)';
    return new ToolError(`${what}: ${tool} did not end within ${Math.ceil(result.durationMs / 1000)} s`, { remedy: `${look}, then ${again}.`, details });
  }
  if (result.signal !== undefined) {
    return new ToolError(`${what}: ${tool} was ended by ${result.signal}`, { remedy: 'Run the same command again.', details });
  }
  return new ToolError(`${what}: ${tool} failed with exit code ${result.exitCode ?? 'unknown'}`, { details });
}

/** An answer that makes no sense, as from a program that is not the tool or from a broken proxy. */
export function garbledAnswer(tool: ExternalTool, what: string, result: ToolResult): ToolError {
  return new ToolError(`${what}: ${tool} answered something unexpected${result.isCut ? ' (more than we can read)' : ''}`, {
    remedy: `Look at the ${tool} that is first on PATH: ${tool} version.`,
    details: attribute(tool, quoteOutput(result.stdout).slice(0, 5)),
  });
}

/** Says who says so: a tool's `error:` stands beside our own. */
function attribute(tool: ExternalTool, lines: readonly string[]): readonly string[] {
  return lines.map((line) => `${tool}: ${line}`);
}
