import type { StopWatch } from '../stop-watch.ts';

/** Whether the person wants a run that writes to stop. */
export interface Stopping {
  /** Aborted when the person has said so: whoever waits ends its wait. */
  readonly asked: AbortSignal;
  /** The exit code of a run that was told to stop; undefined while it may go on. Asked between two steps. */
  readonly exitCode: () => number | undefined;
  /** Whether a failure is nothing but the stop: a question was cut off by it. */
  readonly isCause: (failure: unknown) => boolean;
  /** Has the person told in another way than by a line on stderr, while something else draws there. */
  readonly tellBy: (tell: (text: string) => void) => void;
  /** Tells the person something at once, whatever draws on stderr at the moment. */
  readonly tell: (text: string) => void;
  readonly end: () => void;
}

/** What a session is for it. */
interface StoppableRun {
  readonly stop: StopWatch;
  readonly listener: { readonly message: (text: string) => void };
}

/**
 * Says at once that a run stops after Ctrl-C or SIGTERM and lets a tool that writes end, because a helm that is cut off leaves a release
 * that refuses every later upgrade. The second signal is passed on to the tool.
 */
export function listenForStop({ stop, listener }: StoppableRun): Stopping {
  let tell = listener.message;
  const release = stop.hold();
  const tellStop = (): void => {
    tell('Stopping: waiting for tools that change something to end. Press Ctrl-C again to stop them as well.');
  };
  const tellInsistence = (): void => {
    tell('Passing the signal on to the running tools.');
  };
  stop.asked.addEventListener('abort', tellStop);
  stop.insisted.addEventListener('abort', tellInsistence);
  return {
    asked: stop.asked,
    end: () => {
      stop.asked.removeEventListener('abort', tellStop);
      stop.insisted.removeEventListener('abort', tellInsistence);
      release();
    },
    exitCode: stop.exitCode,
    isCause: (failure) => stop.asked.aborted && failure === stop.asked.reason,
    tellBy: (other) => {
      tell = other;
    },
    tell: (text) => {
      tell(text);
    },
  };
}
