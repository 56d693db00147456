import { Interrupted, KnownError } from '../../errors.ts';
import type { Note, ProgressStep, Stage } from './stage.ts';
import type { Session } from '../session.ts';
import type { Stopping } from './stopping.ts';

/**
 * Runs the steps of stages and shows their progress. A failure or a stop ends the run.
 * @param command what the person types to go on.
 * @throws KnownError that says which step it was, what has been done, what has not, and how to go on.
 */
export async function runSteps(
  { listener }: Pick<Session, 'listener'>,
  stages: readonly Stage[],
  stopping: Stopping,
  command: string,
): Promise<void> {
  const steps = stages.flatMap((stage) => stage.steps);
  const done = new Set<ProgressStep>();
  const failures = new Map<ProgressStep, KnownError>();
  const watched = stages.map((stage) => ({
    ...stage,
    steps: stage.steps.map((step) => ({ ...step, run: (note: Note) => watch(step, note) })),
  }));
  const watch = async (step: ProgressStep, note: Note): Promise<void> => {
    try {
      await step.run(note);
      done.add(step);
    } catch (error) {
      if (error instanceof KnownError) failures.set(step, error);
      throw error;
    }
  };
  const explain = (message: string, exitCode: number, error?: KnownError): KnownError => {
    const others = [...failures.values()]
      .filter((other) => other !== error)
      .flatMap((other) => [...other.details, `also failed: ${other.message}`]);
    return new KnownError(message, {
      exitCode,
      details: [
        ...others,
        ...(error?.details ?? []),
        ...listSteps(
          'done',
          steps.filter((step) => done.has(step)),
        ),
        ...listSteps(
          'not done',
          steps.filter((step) => !done.has(step)),
        ),
      ],
      remedy: [...(error?.remedy === undefined ? [] : [error.remedy]), `${command} continues`].join('\n      '),
      cause: error,
    });
  };
  const place = (step: ProgressStep | undefined): string =>
    `step ${step === undefined ? done.size + 1 : steps.indexOf(step) + 1} of ${steps.length}`;
  try {
    await listener.showStages(watched, stopping);
  } catch (error) {
    if (!(error instanceof KnownError)) throw error;
    const step = [...failures].find(([, failure]) => failure === error)?.[0];
    const failed = place(step);
    // Once a stop was asked for, it is the reason of whatever fails: a tool that the signal was passed on to.
    const exitCode = stopping.exitCode();
    if (exitCode === undefined) throw explain(`${failed}: ${error.message}`, error.exitCode, error);
    const message = step !== undefined && stopping.isCause(error) ? `cannot ${step.title}` : error.message;
    throw explain(`stopped in ${failed}: ${message}`, exitCode, error);
  }
  const exitCode = stopping.exitCode();
  if (exitCode === undefined) return;
  throw done.size < steps.length
    ? explain(`stopped before ${place(undefined)}`, exitCode)
    : new Interrupted('stopped, but the last step was done', { exitCode });
}

/** As many as fit on a screen: what matters is where the run stopped. */
function listSteps(label: string, steps: readonly ProgressStep[]): readonly string[] {
  const shown = 10;
  const rest = steps.length > shown ? [`  and ${steps.length - shown} more`] : [];
  return steps.length === 0
    ? [`${label}: nothing`]
    : [`${label}:`, ...steps.slice(0, shown).map(({ title }) => `  ${title}`), ...rest];
}
