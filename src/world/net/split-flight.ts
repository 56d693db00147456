import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { writeInSegments } from './tcp.ts';

/**
 * A stream over the socket whose first `splitAfter` bytes are sent in a TCP segment of their own, and which otherwise
 * changes nothing. node:tls writes its ClientHello at once, so this cuts the first flight; the rest of it goes out when `between` is done.
 */
export function splitFirstFlight(socket: Socket, splitAfter: number, between: () => Promise<void>): Duplex {
  let sent = 0;
  const stream = new Duplex({
    read() {
      socket.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      const cut = splitAfter - sent;
      sent += chunk.length;
      writeInSegments(socket, chunk, cut, between).then(() => {
        done();
      }, done);
    },
    final(done) {
      socket.end(done);
    },
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) socket.pause();
  });
  socket.on('end', () => {
    stream.push(null);
  });
  socket.on('error', (error) => {
    stream.destroy(error);
  });
  // node:http2 over such a stream does not go by its end alone (seen with node@20.20.2).
  socket.on('close', () => {
    stream.destroy();
  });
  return stream;
}
