import type { Exec } from '../../effects/exec.ts';
import type { StopSignal, World } from '../../effects/world.ts';
import { exitCodes } from '../../errors.ts';
import type { Report } from '../report.ts';

/** Whether the person wants the run to stop. */
export interface Stopping {
  /** The exit code of a run that was told to stop; undefined while it may go on. Asked between two steps. */
  readonly exitCode: () => number | undefined;
  /** Has the person told in another way than by a line on stderr, while something else draws there. */
  readonly tellBy: (tell: (text: string) => void) => void;
  /** Tells the person something at once, whatever draws on stderr at the moment. */
  readonly tell: (text: string) => void;
  readonly end: () => void;
}

/** The exit code of a run that a signal stopped. */
export const exitCodeOf = { SIGINT: exitCodes.interrupted, SIGTERM: exitCodes.terminated } as const;

/**
 * Listens for Ctrl-C and SIGTERM: says at once that it stops and lets the running tool end, because a helm that is cut off
 * leaves a release that refuses every later upgrade. The second signal is passed on to the tool.
 */
export function listenForStop(world: World, report: Report, exec: Pick<Exec, 'interrupt'>): Stopping {
  let asked: StopSignal | undefined;
  let tell = report.message;
  const end = world.onStopSignal((signal) => {
    if (asked === undefined) {
      asked = signal;
      tell('Stopping: waiting for the running tool to end. Press Ctrl-C again to stop it as well.');
      return;
    }
    tell('Passing the signal on to the running tool.');
    exec.interrupt(signal);
  });
  return {
    end,
    exitCode: () => (asked === undefined ? undefined : exitCodeOf[asked]),
    tellBy: (other) => {
      tell = other;
    },
    tell: (text) => {
      tell(text);
    },
  };
}
