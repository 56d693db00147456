import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ProbeAddress } from '../../model/probe.ts';
import type { Attempt } from './attempt.ts';

/** Connects; the socket and its errors belong to the attempt. */
export async function openTcp({ host, port }: ProbeAddress, attempt: Attempt): Promise<Socket> {
  const socket = attempt.own(connect({ host, port, noDelay: true }));
  socket.on('error', attempt.fail);
  await once(socket, 'connect');
  return socket;
}

/**
 * Writes so that the first `cut` bytes travel in a segment of their own, and the rest when `between` is done; all in one when there is
 * nothing to cut.
 */
export async function writeInSegments(
  socket: Socket,
  bytes: Buffer,
  cut: number,
  between: () => Promise<void>,
): Promise<void> {
  if (cut > 0 && cut < bytes.length) {
    await write(socket, bytes.subarray(0, cut));
    await between();
    await write(socket, bytes.subarray(cut));
  } else {
    await write(socket, bytes);
  }
}

function write(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => {
      if (error == null) resolve();
      else reject(error);
    });
  });
}
