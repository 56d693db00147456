import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The requests of one connection by HTTP/1.1, of which one runs at a time, as nginx has it. Node alone starts each as soon as
 * it is read, and does not tell an answer that stands behind another when its client leaves (node@20 lib/_http_server.js:
 * assignSocket); the one that runs is always told.
 */
export interface Turns {
  /** Starts a request when those before it are answered, or never when the connection ends with them. */
  take(response: ServerResponse, start: () => void): void;
  /** Starts what takes the connection for itself, and ends the connection when an answer is still under way. */
  takeOver(start: () => void): void;
  /** The answer to the request that runs. */
  running(): ServerResponse | undefined;
}

/**
 * @param most requests that may wait.
 * @param refuse ends the connection, for the reason that it is given.
 */
export function createTurns(socket: Socket, most: number, refuse: (reason: string) => void): Turns {
  const waiting: (() => void)[] = [];
  let running: ServerResponse | undefined;
  const begin = (response: ServerResponse, start: () => void): void => {
    // Not so after an answer that was the last one.
    if (!socket.writable) return;
    running = response;
    start();
    response.once('close', () => {
      running = undefined;
      waiting.shift()?.();
    });
  };
  return {
    take: (response, start) => {
      if (running === undefined) {
        begin(response, start);
      } else if (waiting.length < most) {
        waiting.push(() => {
          begin(response, start);
        });
      } else if (!socket.destroyed) {
        refuse(`more than ${most} requests wait for their answers`);
      }
    },
    takeOver: (start) => {
      if (running === undefined) {
        start();
      } else if (running.writableEnded && waiting.length === 0) {
        // Its client may have read the whole answer before Node says that it was sent.
        running.once('close', () => {
          if (socket.writable) start();
        });
      } else {
        refuse('an upgrade or CONNECT before the last request was answered');
      }
    },
    running: () => running,
  };
}
