import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ToolError } from '../errors.ts';
import { fileFailure, systemCode } from './files/file-failure.ts';
import type { OutputStream } from './world.ts';

/** What could not be written. */
export interface LostOutput {
  readonly stream: 'stdout' | 'stderr';
  readonly error: unknown;
}

/** Whether whoever read has gone away (`ingress-tls list | head -1`), which is no failure of ours. */
export function isReaderGone(error: unknown): boolean {
  return ['EPIPE', 'ECONNRESET'].includes(systemCode(error) ?? '');
}

/**
 * Keeps a stdout or stderr that cannot be written from ending the process: what was begun is still finished, and `onLost` hears
 * of it at the end, when it may set the exit code.
 */
export function guardStandardStreams(process: NodeJS.Process, onLost: (lost: readonly LostOutput[]) => void): void {
  const lost: LostOutput[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].on('error', (error) => {
      if (!isReaderGone(error)) lost.push({ stream, error: explainLoss(stream, process[stream], error) });
    });
  }
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.once('exit', () => {
    if (lost.length > 0) onLost(lost);
    for (const descriptor of terminals) if (!isatty(descriptor)) letGo(descriptor);
  });
}

function explainLoss(stream: LostOutput['stream'], { isTTY }: OutputStream, error: unknown): unknown {
  const what = `cannot write to ${stream}`;
  return isTTY ? new ToolError(`${what}: the terminal is gone`, { cause: error }) : fileFailure(what, error);
}

/** Node puts every terminal back that it still has as it ends, and aborts for one that is gone (node@20.20.2 src/node.cc, ResetStdio). */
function letGo(descriptor: number): void {
  try {
    closeSync(descriptor);
  } catch {
    // Somebody else has closed it.
  }
}
