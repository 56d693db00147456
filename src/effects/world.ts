export type OutputStream = NodeJS.WriteStream;
export type InputStream = NodeJS.ReadStream;
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** Everything outside the program that it may use; built in main.ts, passed in everywhere else. */
export interface World {
  /** Arguments without node and the program's path. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
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
  /** Calls the listener on SIGINT and SIGTERM instead of ending the process; returns how to stop listening. */
  readonly onStopSignal: (listener: (signal: StopSignal) => void) => () => void;
}
