import { Writable } from 'node:stream';
import { reportFailure } from '../../src/cli/output/report-failure.ts';
import { runProgram } from '../../src/cli/program.ts';
import { createWorld } from '../../src/world/create-world.ts';
import type { OutputStream, StopSignal } from '../../src/world/world.ts';
import type { ProgramResult } from './program.ts';

/** The program in this process, where a test may have changed what it is made of. */
export interface InsideRun {
  readonly stdout: () => string;
  readonly stop: (signal: StopSignal) => void;
  readonly ended: Promise<ProgramResult>;
}

/** Starts a command without a terminal; `folder` is the current one. @param now what its clock shows; absent: the time. */
export function startInside(
  args: readonly string[],
  folder: string,
  env: Readonly<Record<string, string>> = {},
  now?: Date,
): InsideRun {
  const [stdout, stderr] = [collect(), collect()];
  const listeners = new Set<(signal: StopSignal) => void>();
  const world = {
    ...createWorld(process, { version: '0', packageFolder: new URL('../../', import.meta.url) }),
    ...{
      argv: args,
      environment: { ...process.env, ...env },
      currentFolder: folder,
      stdout: stdout.stream,
      stderr: stderr.stream,
    },
    ...(now !== undefined && { now: () => now }),
    onExit: () => undefined,
    onStopSignal: (listener: (signal: StopSignal) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const run = async (): Promise<ProgramResult> => {
    const exitCode = await runProgram(world).catch((error: unknown) => reportFailure(error, world));
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
  };
  return {
    stdout: stdout.text,
    ended: run(),
    stop: (signal) => {
      for (const listener of listeners) listener(signal);
    },
  };
}

function collect(): { readonly stream: OutputStream; readonly text: () => string } {
  let text = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  return { stream: stream as unknown as OutputStream, text: () => text };
}
