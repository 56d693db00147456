import { connect, type Socket } from 'node:net';

import type { Limits } from './limits.ts';

export interface PassthroughOutcome {
  readonly bytesFromClient: number;
  readonly bytesToClient: number;
  /** Why it ended early; absent: both sides were done. */
  readonly problem?: string;
}

/**
 * Connects a client with a pod and carries the bytes both ways, with back-pressure and half-close, until both are done.
 * Nothing of what they say is looked at. Resolves when both sockets are closed; never rejects.
 *
 * @param client paused, with its first bytes put back; it must allow to be half open.
 * @param port where the pod listens on loopback.
 */
export function passThrough(
  client: Socket,
  port: number,
  { stalledMs, closingMs }: Pick<Limits, 'stalledMs' | 'closingMs'>,
): Promise<PassthroughOutcome> {
  let problem: string | undefined;
  const pod = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
  const watch = (side: Socket, name: string): Promise<unknown> => {
    side.on('error', (error: NodeJS.ErrnoException) => {
      problem ??= `${name}: ${error.code ?? error.message}`;
    });
    side.setTimeout(stalledMs, () => {
      problem ??= `no byte for ${stalledMs / 1000} s`;
      client.destroy();
      pod.destroy();
    });
    return new Promise((resolve) => side.once('close', resolve));
  };
  const closed = Promise.all([watch(client, 'the client'), watch(pod, 'the pod')]);
  // A pipe alone leaves the other side open after an error. What was read is still written, slow as the client may be; a
  // pod has less time, for nobody is there any more to want it.
  pod.once('close', () => {
    client.destroySoon();
  });
  client.once('close', () => {
    pod.destroySoon();
    const timer = setTimeout(() => pod.destroy(), closingMs);
    pod.once('close', () => {
      clearTimeout(timer);
    });
  });
  client.pipe(pod);
  pod.pipe(client);
  return closed.then(() => ({
    bytesFromClient: client.bytesRead,
    bytesToClient: client.bytesWritten,
    ...(problem === undefined ? {} : { problem }),
  }));
}
