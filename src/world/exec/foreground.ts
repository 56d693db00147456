import { constants } from 'node:os';
import { execa } from 'execa';
import { explainStart } from './exec.ts';
import type { ExternalTool } from './tool-environment.ts';
import type { World } from '../world.ts';

/**
 * Runs a program in our place: it has our streams, hears the terminal's signals itself, and its exit code is ours.
 * @param cwd where it runs.
 * @returns its exit code; 128 and the signal's number, as a shell says it, when a signal ended it.
 * @throws ToolError when it cannot be started.
 */
export async function runInForeground(
  world: Pick<World, 'environment' | 'onStopSignal'>,
  tool: ExternalTool,
  args: readonly string[],
  cwd: string,
): Promise<number> {
  const env = Object.fromEntries(
    Object.entries(world.environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const child = execa(tool, args, {
    env,
    extendEnv: false,
    cwd,
    stdio: 'inherit',
    cleanup: false,
    reject: false,
    buffer: false,
  });
  // At a terminal it has the signal already; one that was sent to us alone is passed on. It decides when it ends.
  const stopListening = world.onStopSignal((signal) => {
    child.kill(signal);
  });
  try {
    const { exitCode, signal, code } = await child;
    if (child.pid === undefined) throw explainStart(tool, code ?? '', cwd);
    return exitCode ?? 128 + (signal === undefined ? 0 : constants.signals[signal]);
  } finally {
    stopListening();
  }
}
