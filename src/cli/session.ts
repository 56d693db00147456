import type { Session } from '../app/session.ts';
import { resolvePath } from '../app/session.ts';
import { createStopWatch } from '../app/stop-watch.ts';
import { createProjectFiles } from '../world/files/files.ts';
import type { World } from '../world/world.ts';
import type { ProgressStyle } from './output/progress.ts';
import { createReport, type Format, type Report } from './output/report.ts';
import { createWaiting } from './output/waiting.ts';
import { printCommand } from '../kube/command-line.ts';

/** Options that every command has, and those that decide how it tells what it does. */
export interface SessionOptions {
  readonly directory?: string;
  readonly color: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** What a command works with. */
export interface CommandSession extends Session {
  readonly report: Report;
}

export function openSession(world: World, options: SessionOptions): CommandSession {
  const root = resolvePath(world, options.directory ?? '.');
  const report = createReport(world, options.color, options.json === true ? 'json' : 'text');
  const style = chooseProgressStyle(world, report.format, options);
  const { message, notice, talk, verbatim, messageStyle } = report;
  const waiting = createWaiting(report, style);
  return {
    world,
    root,
    files: createProjectFiles(root),
    report,
    stop: createStopWatch(world),
    listener: {
      message,
      notice,
      talk,
      ...(options.verbose === true && {
        command: (command) => {
          verbatim(messageStyle.faint(`$ ${printCommand(command)}`));
        },
      }),
      waiting,
      showStages: (stages, stopping) =>
        waiting.silently(async () => {
          // Most commands run nothing that has stages.
          const { showStages } = await import('./output/progress.ts');
          await showStages({ stream: world.stderr, report }, style, stages, stopping);
        }),
    },
  };
}

function chooseProgressStyle(
  { stderr, environment }: World,
  format: Format,
  { verbose }: SessionOptions,
): ProgressStyle {
  if (format === 'json') return 'silent';
  return stderr.isTTY && environment['TERM'] !== 'dumb' && verbose !== true ? 'live' : 'lines';
}
