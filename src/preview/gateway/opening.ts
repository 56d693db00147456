import type { Socket } from 'node:net';

import type { GatewayBehaviour } from '../../model/gateway.ts';
import { lengthOfRecord } from './server-name.ts';

/** What a connection begins with. */
export type Opening =
  | { readonly kind: 'tls'; readonly bytes: Buffer }
  | { readonly kind: 'other'; readonly bytes: Buffer }
  /** Without a reason the client left before it said anything, as those do who only want to know whether the port is open. */
  | { readonly kind: 'none'; readonly reason?: string };

/** TLS record of a handshake (RFC 8446, 5.1), which is how nginx tells TLS from plain HTTP on the same port. */
const handshakeRecord = 0x16;

/**
 * Reads what a connection begins with and puts it back, so that whoever gets the socket next reads it again. The socket is
 * left paused, and may be read so again. Never throws, and what it keeps is bounded by one TLS record and one read.
 *
 * @param limitMs milliseconds from the start of the connection until it gives up.
 * @param elapsedMs how many of them are over.
 */
export function readOpening(
  socket: Socket,
  reading: GatewayBehaviour['helloReading'],
  limitMs: number,
  elapsedMs = 0,
): Promise<Opening> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);

    const settle = (opening: Opening): void => {
      clearTimeout(timer);
      socket.off('data', collect).off('end', leave).off('close', leave);
      socket.pause();
      if (opening.kind !== 'none') {
        socket.unshift(opening.bytes);
      }
      resolve(opening);
    };
    const collect = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes[0] !== handshakeRecord) {
        settle({ kind: 'other', bytes });
      } else if (reading === 'first-read' || bytes.length >= (lengthOfRecord(bytes) ?? Infinity)) {
        settle({ kind: 'tls', bytes });
      }
    };
    const leave = (): void => {
      settle({
        kind: 'none',
        ...(bytes.length === 0 ? {} : { reason: 'the client left in the middle of its ClientHello' }),
      });
    };
    const timer = setTimeout(
      () => {
        settle({ kind: 'none', reason: `no complete ClientHello within ${limitMs} ms` });
      },
      limitMs - Math.max(0, elapsedMs),
    );
    socket.on('data', collect).on('end', leave).on('close', leave).resume();
  });
}
