import { KnownError } from '../../errors.ts';
import type { ReleaseName } from '../../model/changes.ts';
import { isStopped, sleep } from '../poll.ts';
import type { Exec, ExternalCommand, RunOptions, ToolResult } from './exec.ts';
import { findText, isTransient } from './tool-failure.ts';

export interface RetrySettings {
  /** Aborted when the person wants the run to stop. */
  readonly stop: AbortSignal;
  /** Called once when the API server is not there and commands are tried again, and once when it is back. */
  readonly onOutage: () => void;
  readonly onReturn: () => void;
  /**
   * Called before a helm that lost the API server at work is run again: its release may be pending, which refuses the same
   * command. `sinceMs` is how long ago that helm started; only what is as young is its doing. The Exec is for this alone: it tries
   * questions again, and no helm that changes something.
   */
  readonly repair: (exec: Exec, release: ReleaseName, sinceMs: number) => Promise<void>;
}

/** Time, in milliseconds. */
interface Time {
  readonly sleep: (ms: number, stop: AbortSignal) => Promise<void>;
  /** Of a clock that only goes forward. */
  readonly now: () => number;
}

/** From the first failure on. */
const longestMs = 60_000;
const longestWaitMs = 8_000;

/**
 * Tries again what is safe to try again while the API server is not there: questions, server-side apply, a deletion of what may be
 * gone; a helm that changes something only when it did not begin, or after its release was repaired. The last failure is returned as
 * it is.
 *
 * For a cluster that has answered once: a wrong context is to fail at once.
 */
export function withRetries(
  exec: Exec,
  settings: RetrySettings,
  time: Time = { sleep, now: () => performance.now() },
): Exec {
  const state: Outage = { isOut: false };
  const retrying = (repair: Attempts['repair']): Exec => ({
    run: (command, options) => runWithRetries(command, options, { exec, settings, time, state, repair }),
  });
  const cautious = retrying(undefined);
  return retrying((release, sinceMs) => settings.repair(cautious, release, sinceMs));
}

/** What is known of the API server; one for all commands, which meet the same outage. */
interface Outage {
  isOut: boolean;
}

interface Attempts {
  readonly exec: Exec;
  readonly settings: RetrySettings;
  readonly time: Time;
  readonly state: Outage;
  readonly repair: ((release: ReleaseName, sinceMs: number) => Promise<void>) | undefined;
}

async function runWithRetries(command: ExternalCommand, options: RunOptions, attempts: Attempts): Promise<ToolResult> {
  const { exec, settings, time, state } = attempts;
  const begun = time.now();
  let result = await exec.run(command, options);
  const lastStart = time.now() + longestMs;
  // The time of a step holds for all tries together, the usual one of a question for each.
  const { timeoutMs } = options;
  const end = timeoutMs === undefined ? Number.POSITIVE_INFINITY : begun + timeoutMs;
  for (let tries = 0; isTransient(result); tries += 1) {
    const prepare = wayToRetry(command, result, attempts);
    const waitMs = Math.min(1000 * 2 ** tries, longestWaitMs);
    if (prepare === undefined || time.now() + waitMs >= Math.min(lastStart, end)) return result;
    if (!state.isOut) settings.onOutage();
    state.isOut = true;
    await time.sleep(waitMs, settings.stop);
    if (isStopped(settings.stop)) return result;
    // The failure that led here is the one to report.
    if (!(await succeeds(() => prepare(time.now() - begun)))) return result;
    const leftMs = end - time.now();
    if (leftMs <= 0 || isStopped(settings.stop)) return result;
    result = await exec.run(command, timeoutMs === undefined ? options : { ...options, timeoutMs: leftMs });
  }
  // Its success shows that the cluster is there.
  if (state.isOut && result.exitCode === 0 && command.isLocal !== true) {
    state.isOut = false;
    settings.onReturn();
  }
  return result;
}

/** What has to be done before the command may be run again; undefined: it must not be. */
function wayToRetry(
  { effect, retry, release }: ExternalCommand,
  result: ToolResult,
  { repair }: Attempts,
): ((sinceMs: number) => Promise<void>) | undefined {
  const atOnce = (): Promise<void> => Promise.resolve();
  if (effect === 'read') return atOnce;
  if (retry === undefined) return undefined;
  if (findText(result, 'not-begun')) return atOnce;
  if (repair === undefined) return undefined;
  if (retry === 'always') return atOnce;
  return release && ((sinceMs) => repair(release, sinceMs));
}

async function succeeds(action: () => Promise<void>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    if (error instanceof KnownError) return false;
    throw error;
  }
}
