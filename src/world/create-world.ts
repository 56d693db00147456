import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ToolError } from '../errors.ts';
import type { StopSignal, World } from './world.ts';

/** The real World. */
export function createWorld(
  process: NodeJS.Process,
  installed: { readonly version: string; readonly packageFolder: URL },
): World {
  const currentFolder = findCurrentFolder(process);
  return {
    argv: process.argv.slice(2),
    environment: process.env,
    get currentFolder() {
      if (currentFolder !== undefined) return currentFolder;
      throw new ToolError('cannot use the current folder: it is gone', {
        remedy: 'Change into a folder that exists, or name one from the root with --directory.',
      });
    },
    packageFolder: fileURLToPath(installed.packageFolder),
    version: installed.version,
    nodeVersion: process.version,
    pid: process.pid,
    hostname: hostname(),
    cores: availableParallelism(),
    // Node makes it when it is first asked for, and few commands ask.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    now: () => new Date(),
    randomBytes: (length) => randomBytes(length),
    onStopSignal: (listener) => {
      const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
      const handlers = signals.map(
        (signal) =>
          [
            signal,
            (): void => {
              listener(signal);
            },
          ] as const,
      );
      for (const [signal, handler] of handlers) process.on(signal, handler);
      return () => {
        for (const [signal, handler] of handlers) process.off(signal, handler);
      };
    },
    onExit: (listener) => {
      process.on('exit', listener);
    },
    endBy: (signal) => {
      // A death by a signal is no exit of node's: what is left to do at the end is done before.
      process.emit('exit', 0);
      process.kill(process.pid, signal);
    },
  };
}

/** Undefined when it is gone: a command that was told its folder needs no other. */
function findCurrentFolder(process: NodeJS.Process): string | undefined {
  try {
    return process.cwd();
  } catch {
    // Packages ask for it as well, and expect an answer.
    process.chdir('/');
    return undefined;
  }
}
