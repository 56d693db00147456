import { Listr, ListrLogger, ProcessOutput, type ListrDefaultRendererLogLevels } from 'listr2';
import type { Session } from './session.ts';
import type { Stopping } from './stopping.ts';

export interface ProgressStep {
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** How progress is shown: moving where a person watches, a line for each step elsewhere, nothing for programs. */
export type ProgressStyle = 'live' | 'lines' | 'silent';

export function chooseProgressStyle({ world }: Session, options: { readonly json?: boolean; readonly verbose?: boolean }): ProgressStyle {
  if (options.json === true) return 'silent';
  return world.stderr.isTTY && world.environment['TERM'] !== 'dumb' && options.verbose !== true ? 'live' : 'lines';
}

/**
 * Runs steps one after the other and shows them on stderr; the first failure ends the run and is thrown. After a stop was
 * asked for, no further step is begun.
 */
export async function runWithProgress(session: Session, style: ProgressStyle, steps: readonly ProgressStep[], stopping: Stopping): Promise<void> {
  if (style === 'live') {
    await runLive(session, steps, stopping);
    return;
  }
  for (const step of steps) {
    if (stopping.exitCode() !== undefined) return;
    await (style === 'silent' ? step.run() : runInLines(session, step));
  }
}

async function runLive({ world }: Session, steps: readonly ProgressStep[], stopping: Stopping): Promise<void> {
  const logger = new ListrLogger<ListrDefaultRendererLogLevels>({ processOutput: new ProcessOutput(world.stderr, world.stderr) });
  const tasks = new Listr(
    steps.map(({ title, run }) => ({
      title,
      task: async (_context, task) => {
        // listr2 holds back what others write to its stream until the end: only under the running step it is seen at once.
        stopping.tellBy((text) => {
          task.output = text;
        });
        await run();
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
async function runInLines({ report }: Session, { title, run }: ProgressStep): Promise<void> {
  const { hint, success, error } = report.messageStyle;
  report.verbatim(`${hint('❯')} ${title}`);
  try {
    await run();
  } catch (failure) {
    report.verbatim(`${error('✖')} ${title}`);
    throw failure;
  }
  report.verbatim(`${success('✔')} ${title}`);
}
