import { Listr, ListrLogger, ProcessOutput, type ListrDefaultRendererLogLevels } from 'listr2';
import { makeHarmless } from './harmless-text.ts';
import { runStage, type Note, type ProgressStep, type Stage } from '../../app/run/stage.ts';
import type { Stopping } from '../../app/run/stopping.ts';
import type { OutputStream } from '../../world/world.ts';
import type { Report } from './report.ts';

/** How progress is shown: moving where a person watches, lines elsewhere, nothing for programs. */
export type ProgressStyle = 'live' | 'lines' | 'silent';

/** Where it is shown. */
export interface ProgressOutput {
  readonly stream: OutputStream;
  readonly report: Report;
}

/** Between two notes where each is a line of its own. */
const noteIntervalMs = 30_000;

/** Runs stages one after the other (app/listener.ts, showStages) and shows their steps. */
export async function showStages(
  output: ProgressOutput,
  style: ProgressStyle,
  stages: readonly Stage[],
  stopping: Stopping,
): Promise<void> {
  if (style === 'live') {
    await runLive(output, stages, stopping);
    return;
  }
  for (const stage of stages) {
    await runStage(stage, stopping, (step) =>
      style === 'silent' ? step.run(() => undefined) : runInLines(output, step),
    );
  }
}

async function runLive({ stream }: ProgressOutput, stages: readonly Stage[], stopping: Stopping): Promise<void> {
  const logger = new ListrLogger<ListrDefaultRendererLogLevels>({ processOutput: new ProcessOutput(stream, stream) });
  // A line for each of hundreds of steps would not fit a screen: where steps run side by side their stage has the line.
  const lines = stages.flatMap((stage): readonly Stage[] =>
    stage.concurrency > 1 && stage.steps.length > 1
      ? [stage]
      : stage.steps.map((step) => ({ title: step.title, steps: [step], concurrency: 1 })),
  );
  const tasks = new Listr(
    lines.map((line) => ({
      title: makeHarmless(line.title),
      task: async (_context, task) => {
        const { title, steps } = line;
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
        await runStage(line, stopping, async (step) => {
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
async function runInLines({ report }: ProgressOutput, { title, run, skipped }: ProgressStep): Promise<void> {
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
