import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/ingress-tls.js', import.meta.url));

/**
 * Makes the functions that run the program in a project, as a person types it. `stop` is an AbortSignal: what runs in the
 * foreground is ended by it, and nothing more is started.
 */
export function createCommands({ folder, project, environment, stop }) {
  const settings = { cwd: project, env: environment, killSignal: 'SIGTERM' };

  /** Runs a command to its end. Returns its exit code and what it said, stdout and stderr in the order in which it said it. */
  const run = async (...args) => {
    stop.throwIfAborted();
    const line = ['ingress-tls', ...args].join(' ');
    console.log(`\n$ ${line}`);
    const outputPath = join(folder, 'output');
    const output = openSync(outputPath, 'w');
    const child = spawn(process.execPath, [program, ...args], {
      ...settings,
      signal: stop,
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    const { status, signal } = await ended(child);
    stop.throwIfAborted();
    if (status === null) throw new Error(`${line} was ended by ${signal}`);
    return { status, text: readFileSync(outputPath, 'utf8') };
  };
  return {
    run,
    /** Runs a command that must succeed, prints what it says and returns it. */
    async succeed(...args) {
      const { status, text } = await run(...args);
      process.stdout.write(text);
      if (status !== 0) throw new Error(`ingress-tls ${args.join(' ')} ended with exit code ${status}`);
      return text;
    },
    /** Starts a command that stays. A terminal's Ctrl-C does not reach it: who started it ends it, once. */
    start(...args) {
      stop.throwIfAborted();
      console.log(`\n$ ingress-tls ${args.join(' ')}`);
      return spawn(process.execPath, [program, ...args], {
        ...settings,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
      });
    },
  };
}

/** Waits for a process to end, however it does. */
export function ended(child) {
  return new Promise((resolve) => {
    // An aborted one says so as an error, and ends all the same.
    child.on('error', () => {});
    child.on('close', (status, signal) => resolve({ status, signal }));
  });
}
