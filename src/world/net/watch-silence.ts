import type { TLSSocket } from 'node:tls';
import type { Attempt } from './attempt.ts';

/**
 * How long a server is waited for that may still refuse the client: its alert comes after the handshake (RFC 8446, 4.4.2.4), by a way
 * that hardly takes longer than that of the handshake before it.
 */
const settlingMs = 1500;

/**
 * Sends nothing over a connection that stands. Done when the other side has let it be for a while, or has spoken and then ended it: both
 * is what it does for those whom it lets in. An alert, or an end without a word, is a failure of the attempt.
 * @param timeoutMs of the whole attempt: the wait takes half of it at most.
 */
export function watchSilence(socket: TLSSocket, attempt: Attempt, timeoutMs: number): Promise<void> {
  attempt.stage = 'response';
  return new Promise((resolve) => {
    let hasSpoken = false;
    const keep = (): void => {
      attempt.seen.isKept = true;
      resolve();
    };
    socket.on('data', () => {
      hasSpoken = true;
    });
    // Before the listeners that take any end for a failure.
    socket.prependListener('end', () => {
      if (hasSpoken) keep();
    });
    const timer = setTimeout(keep, Math.min(settlingMs, timeoutMs / 2));
    socket.once('close', () => {
      clearTimeout(timer);
    });
  });
}
