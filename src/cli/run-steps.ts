import { Interrupted, KnownError } from '../errors.ts';
import { runWithProgress, type ProgressStep, type ProgressStyle } from './progress.ts';
import type { Session } from './session.ts';
import type { Stopping } from './stopping.ts';

/**
 * Runs steps in order and shows their progress. A failure or a stop ends the run.
 * @param command what the person types to go on.
 * @throws KnownError that says which step it was, what has been done, what has not, and how to go on.
 */
export async function runSteps(session: Session, style: ProgressStyle, steps: readonly ProgressStep[], stopping: Stopping, command: string): Promise<void> {
  let done = 0;
  const counted = steps.map(({ title, run }) => ({
    title,
    run: async () => {
      await run();
      done += 1;
    },
  }));
  const place = (): string => `step ${done + 1} of ${steps.length}`;
  const explain = (message: string, exitCode: number, error?: KnownError): KnownError => {
    const titles = steps.map(({ title }) => title);
    return new KnownError(message, {
      exitCode,
      details: [...(error?.details ?? []), ...listSteps('done', titles.slice(0, done)), ...listSteps('not done', titles.slice(done))],
      remedy: [...(error?.remedy === undefined ? [] : [error.remedy]), `${command} continues`].join('\n      '),
      cause: error,
    });
  };
  try {
    await runWithProgress(session, style, counted, stopping);
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    // Once a stop was asked for, it is the reason of whatever fails: a tool that the signal was passed on to.
    const exitCode = stopping.exitCode();
    throw exitCode === undefined ? explain(`${place()}: ${error.message}`, error.exitCode, error) : explain(`stopped in ${place()}: ${error.message}`, exitCode, error);
  }
  const exitCode = stopping.exitCode();
  if (exitCode === undefined) return;
  throw done < steps.length ? explain(`stopped before ${place()}`, exitCode) : new Interrupted('stopped, but the last step was done', { exitCode });
}

/** As many as fit on a screen: what matters is where the run stopped. */
function listSteps(label: string, titles: readonly string[]): readonly string[] {
  const shown = 10;
  const rest = titles.length > shown ? [`  and ${titles.length - shown} more`] : [];
  return titles.length === 0 ? [`${label}: nothing`] : [`${label}:`, ...titles.slice(0, shown).map((title) => `  ${title}`), ...rest];
}
