export type OutputStream = NodeJS.WriteStream;
type InputStream = NodeJS.ReadStream;
/** SIGHUP: the terminal was closed. */
export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Everything outside the program that it may use; built in main.ts, passed in everywhere else. */
export interface World {
  /** Arguments without node and the program's path. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** @throws ToolError when it is gone. */
  readonly currentFolder: string;
  /** Where templates/ lies. */
  readonly packageFolder: string;
  readonly version: string;
  readonly nodeVersion: string;
  readonly pid: number;
  readonly hostname: string;
  /** Processors that this process may use. */
  readonly cores: number;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly now: () => Date;
  readonly randomBytes: (length: number) => Uint8Array;
  /** Calls the listener on these signals instead of ending the process; returns how to stop listening. */
  readonly onStopSignal: (listener: (signal: StopSignal) => void) => () => void;
  /** Calls the listener when the process ends, for whatever reason but a signal that nobody listens to. */
  readonly onExit: (listener: () => void) => void;
  /** Ends the process as the signal does where nobody listens to it. */
  readonly endBy: (signal: StopSignal) => void;
}
