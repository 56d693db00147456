import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { StopSignal, World } from './world.ts';

/** The real World. */
export function createWorld(process: NodeJS.Process, installed: { readonly version: string; readonly packageFolder: URL }): World {
  return {
    argv: process.argv.slice(2),
    environment: process.env,
    currentFolder: process.cwd(),
    packageFolder: fileURLToPath(installed.packageFolder),
    version: installed.version,
    nodeVersion: process.version,
    pid: process.pid,
    hostname: hostname(),
    cores: availableParallelism(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    now: () => new Date(),
    randomBytes: (length) => randomBytes(length),
    onStopSignal: (listener) => {
      const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
      const handlers = signals.map((signal) => [signal, (): void => { listener(signal); }] as const);
      for (const [signal, handler] of handlers) process.on(signal, handler);
      return () => {
        for (const [signal, handler] of handlers) process.off(signal, handler);
      };
    },
    onExit: (listener) => {
      process.on('exit', listener);
    },
    endBy: (signal) => {
      process.kill(process.pid, signal);
    },
  };
}
