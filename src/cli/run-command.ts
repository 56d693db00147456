import type { CommandSession, SessionOptions } from './session.ts';

/** What a command does once its options are read; returns the exit code. */
type Action<Options> = (session: CommandSession, options: Options) => Promise<number>;

/** Makes a commander handler of an action. */
export type Run = <Options>(
  command: { readonly optsWithGlobals: () => SessionOptions },
  options: Options,
  load: () => Promise<Action<Options>>,
) => Promise<void>;
