import { status as lookAtStatus, watchStatus, type StatusSettings } from '../../app/status/status.ts';
import { exitCodes } from '../../errors.ts';
import { statusToJson } from '../output/status-document.ts';
import { printStatus } from '../output/status-report.ts';
import { createScreen } from '../output/status-screen.ts';
import type { CommandSession } from '../session.ts';

export interface StatusOptions extends StatusSettings {
  readonly watch?: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
}

/** Shows how the cluster is and what to do about what is wrong. Reads only; exit 1 when something is wrong. */
export async function status(session: CommandSession, options: StatusOptions): Promise<number> {
  const { report, world } = session;
  if (options.watch === true) return watch(session, options);
  const found = await lookAtStatus(session, options);
  report.say({
    json: () => statusToJson(found),
    text: () => {
      report.results(printStatus(found, { stream: world.stdout, style: report.style }));
    },
  });
  return found.well ? exitCodes.done : exitCodes.no;
}

async function watch(session: CommandSession, options: StatusOptions): Promise<number> {
  const {
    world: { stdout },
    stop,
  } = session;
  const { interval } = options;
  // Whoever reads has gone away (`| head`): nobody sees what comes.
  stdout.once('error', stop.end);
  try {
    await watchStatus(session, options, { screen: createScreen(session, interval), interval });
  } finally {
    stdout.off('error', stop.end);
  }
  return exitCodes.done;
}
