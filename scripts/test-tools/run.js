import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program; a failure is told by its own last words instead of the whole command. */
export async function run(program, args, options = {}) {
  try {
    await execute(program, args, { maxBuffer: 1 << 24, ...options });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error(`${program} is not here`);
    if (error.killed) throw new Error(`${program} took too long`);
    const words = (error.stderr ?? '').trim().split('\n').slice(-3).join(' ');
    throw new Error(words || error.message);
  }
}
