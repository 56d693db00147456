import type { Stopping } from './stopping.ts';

/** Tells what a running step does at the moment; each text takes the place of the one before. */
export type Note = (text: string) => void;

export interface ProgressStep {
  readonly title: string;
  readonly run: (note: Note) => Promise<void>;
  /** Asked when it has run: why what it is for was not done, though nothing failed; it has no tick then. */
  readonly skipped?: () => string | undefined;
}

/** Steps that do not depend on each other; a stage begins when the one before it is done. */
export interface Stage {
  /** What the steps do together, where there are several: `install 12 releases`. */
  readonly title: string;
  readonly steps: readonly ProgressStep[];
  /** How many run side by side at most. */
  readonly concurrency: number;
}

/** How many releases are worked on side by side: a helm keeps a processor busy for most of its half second, and waits in between. */
export function usualConcurrency(cores: number): number {
  return Math.min(2 * cores, 16);
}

/** Stages of one step each, for what must happen in order. */
export function inOrder(steps: readonly ProgressStep[]): readonly Stage[] {
  return steps.map((step) => ({ title: step.title, steps: [step], concurrency: 1 }));
}

/** Runs the steps of a stage, at most so many at once. @throws the first failure, once all that was begun has ended. */
export async function runStage(
  { steps, concurrency }: Stage,
  stopping: Pick<Stopping, 'exitCode'>,
  runOne: (step: ProgressStep) => Promise<void>,
): Promise<void> {
  const waiting = [...steps];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      if (stopping.exitCode() !== undefined || failures.length > 0) return;
      await runOne(step).catch((failure: unknown) => failures.push(failure));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, steps.length) }, work));
  if (failures.length > 0) throw failures[0];
}
