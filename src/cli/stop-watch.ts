import type { World } from '../effects/world.ts';
import { Interrupted } from '../errors.ts';
import { exitCodeOf } from './run/stopping.ts';

/** Whether the person wants the run to stop: at once, unless something has to be put back first. */
export interface StopWatch {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly isStopped: () => boolean;
  /** What came first: the result, or the stop. @throws Interrupted at a stop. */
  readonly unlessStopped: <Result>(work: Promise<Result>) => Promise<Result>;
  /** @throws Interrupted when a stop was asked for. */
  readonly endIfStopped: () => void;
  readonly end: () => void;
}

export function watchForStop(world: Pick<World, 'onStopSignal'>): StopWatch {
  const controller = new AbortController();
  const { signal } = controller;
  let exitCode: number = exitCodeOf.SIGINT;
  const end = world.onStopSignal((name) => {
    if (signal.aborted) return;
    exitCode = exitCodeOf[name];
    controller.abort();
  });
  const interrupted = (): Interrupted => new Interrupted('stopped', { exitCode });
  return {
    signal,
    isStopped: () => signal.aborted,
    end,
    endIfStopped: () => {
      if (signal.aborted) throw interrupted();
    },
    unlessStopped: (work) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          reject(interrupted());
        };
        if (signal.aborted) stop();
        signal.addEventListener('abort', stop, { once: true });
        work.then(resolve, reject).finally(() => {
          signal.removeEventListener('abort', stop);
        });
      }),
  };
}
