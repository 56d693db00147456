import { performance } from 'node:perf_hooks';
import { Listr, ListrLogger, ProcessOutput, type ListrDefaultRendererLogLevels } from 'listr2';
import { makeHarmless } from '../harmless-text.ts';
import type { Session } from '../session.ts';
import type { ProgressStyle } from '../waiting.ts';
import type { Stopping } from './stopping.ts';

/** Tells what a running step does at the moment; each text takes the place of the one before. */
export type Note = (text: string) => void;

export interface ProgressStep {
  readonly title: string;
  readonly run: (note: Note) => Promise<void>;
  /** Asked when it has run: why what it is for was not done, though nothing failed; it has no tick then. */
  readonly skipped?: () => string | undefined;
}

/** Between two notes where each is a line of its own. */
const noteIntervalMs = 30_000;

/** Steps that do not depend on each other; a stage begins when the one before it is done. */
export interface Stage {
  /** What the steps do together, where there are several: `install 12 releases`. */
  readonly title: string;
  readonly steps: readonly ProgressStep[];
  /** How many run side by side at most. */
  readonly concurrency: number;
}

/**
 * Runs stages one after the other and shows their steps on stderr. After a failure, or when a stop was asked for, no further step
 * is begun; those that run come to their end, and then the first failure is thrown.
 */
export async function runWithProgress(session: Session, style: ProgressStyle, stages: readonly Stage[], stopping: Stopping): Promise<void> {
  await session.waiting.silently(async () => {
    if (style === 'live') {
      await runLive(session, stages, stopping);
      return;
    }
    for (const { steps, concurrency } of stages) {
      await runStage(steps, concurrency, stopping, (step) => (style === 'silent' ? step.run(() => undefined) : runInLines(session, step)));
    }
  });
}

/** The steps of a stage, at most so many at once. */
async function runStage(steps: readonly ProgressStep[], concurrency: number, stopping: Stopping, runOne: (step: ProgressStep) => Promise<void>): Promise<void> {
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

async function runLive({ world }: Session, stages: readonly Stage[], stopping: Stopping): Promise<void> {
  const logger = new ListrLogger<ListrDefaultRendererLogLevels>({ processOutput: new ProcessOutput(world.stderr, world.stderr) });
  // A line for each of hundreds of steps would not fit a screen: where steps run side by side their stage has the line.
  const lines = stages.flatMap((stage): readonly Stage[] =>
    stage.concurrency > 1 && stage.steps.length > 1 ? [stage] : stage.steps.map((step) => ({ title: step.title, steps: [step], concurrency: 1 })),
  );
  const tasks = new Listr(
    lines.map(({ title, steps, concurrency }) => ({
      title: makeHarmless(title),
      task: async (_context, task) => {
        let [notice, note] = ['', ''];
        let done = 0;
        const running = new Set<string>();
        const show = (): void => {
          const count = steps.length === 1 ? '' : `${done} of ${steps.length} done: ${[...running].join(', ')}`;
          task.output = makeHarmless([count, note, notice].filter((line) => line !== '').join('\n'));
        };
        // listr2 holds back what others write to its stream until the end: only under the running step it is seen at once.
        stopping.tellBy((text) => {
          notice = text;
          show();
        });
        await runStage(steps, concurrency, stopping, async (step) => {
          running.add(step.title);
          if (steps.length > 1) show();
          await step.run((text) => {
            note = text;
            show();
          });
          note = '';
          const why = step.skipped?.();
          if (why !== undefined && steps.length === 1) task.skip(makeHarmless(`${step.title}: ${why}`));
          running.delete(step.title);
          done += 1;
          show();
        });
        if (steps.length > 1) {
          running.clear();
          task.title = makeHarmless(`${title}, ${done} of ${steps.length} done`);
          task.output = makeHarmless(notice);
        }
      },
      enabled: () => stopping.exitCode() === undefined,
      rendererOptions: { persistentOutput: true },
    })),
    {
      // The reason stands below the steps, once.
      rendererOptions: { logger, showErrorMessage: false },
      // Signals are ours to answer: a step is never left half-way.
      registerSignalListeners: false,
    },
  );
  await tasks.run();
}

/**
 * Not left to listr2, whose colours follow stdout and the CI system it runs in (colorette@2.0.20:index.js,
 * isColorSupported), not the stream that it writes to.
 */
async function runInLines({ report }: Session, { title, run, skipped }: ProgressStep): Promise<void> {
  const { hint, success, error } = report.messageStyle;
  report.verbatim(`${hint('❯')} ${title}`);
  let next = -Infinity;
  const note: Note = (text) => {
    if (performance.now() < next) return;
    next = performance.now() + noteIntervalMs;
    report.verbatim(`  ${hint(text)}`);
  };
  try {
    await run(note);
  } catch (failure) {
    report.verbatim(`${error('✖')} ${title}`);
    throw failure;
  }
  const why = skipped?.();
  report.verbatim(why === undefined ? `${success('✔')} ${title}` : `${hint('↓')} ${title}: ${why}`);
}
