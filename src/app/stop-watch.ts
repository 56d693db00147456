import { setMaxListeners } from 'node:events';
import type { ToolStop } from '../world/exec/exec.ts';
import type { StopSignal, World } from '../world/world.ts';
import { exitCodes, Interrupted } from '../errors.ts';

/** Whether the person wants the program to end, as every part of it hears it. */
export interface StopWatch extends ToolStop {
  /** Aborted by the first signal, and when the command has ended. Its reason is the Interrupted to throw. */
  readonly asked: AbortSignal;
  /** Aborted by the second signal, whose name is the reason, and when the process ends. */
  readonly insisted: AbortSignal;
  /** Begins to listen: until then a signal ends the process as the system does. */
  readonly listen: () => void;
  /** Has the second signal not end the process: what is at work must come to its end. Returns how to end that. */
  readonly hold: () => () => void;
  /** The exit code of a run that was told to stop; undefined while it may go on. */
  readonly exitCode: () => number | undefined;
  /** What came first: the result, or the stop. @throws Interrupted at a stop. */
  readonly unlessStopped: <Result>(work: Promise<Result>) => Promise<Result>;
  /** The command has ended: whatever it still asks is of no use. */
  readonly end: () => void;
}

/** A closed terminal leaves nobody to read a code of its own. */
const exitCodeOf: Readonly<Record<StopSignal, number>> = {
  SIGINT: exitCodes.interrupted,
  SIGTERM: exitCodes.terminated,
  SIGHUP: exitCodes.terminated,
};

export function createStopWatch(world: Pick<World, 'onStopSignal' | 'onExit' | 'endBy'>): StopWatch {
  const [asking, insisting] = [new AbortController(), new AbortController()];
  const [asked, insisted] = [asking.signal, insisting.signal];
  // Each tool that runs listens.
  setMaxListeners(0, asked, insisted);
  let exitCode: number | undefined;
  let isListening = false;
  let holds = 0;
  const ask = (code?: number): void => {
    asking.abort(new Interrupted('stopped', code === undefined ? {} : { exitCode: code }));
  };
  return {
    asked,
    insisted,
    listen: () => {
      if (isListening) return;
      isListening = true;
      world.onExit(() => {
        insisting.abort();
      });
      const leave = world.onStopSignal((signal) => {
        if (!asked.aborted) {
          exitCode = exitCodeOf[signal];
          ask(exitCode);
          return;
        }
        insisting.abort(signal);
        if (holds > 0) return;
        leave();
        world.endBy(signal);
      });
    },
    hold: () => {
      let isHeld = true;
      holds += 1;
      return () => {
        if (isHeld) holds -= 1;
        isHeld = false;
      };
    },
    exitCode: () => exitCode,
    unlessStopped: (work) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          reject(asked.reason as Interrupted);
        };
        if (asked.aborted) stop();
        asked.addEventListener('abort', stop, { once: true });
        work.then(resolve, reject).finally(() => {
          asked.removeEventListener('abort', stop);
        });
      }),
    end: () => {
      if (!asked.aborted) ask();
    },
  };
}
