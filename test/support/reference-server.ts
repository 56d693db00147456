import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server on loopback; close() ends every connection, and is done when nothing is left. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1. */
export async function listen(server: Server): Promise<Listening> {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of open) socket.destroy();
      }),
  };
}

/** A server of raw connections that may each be ended by one side first. */
export function createRawServer(serve: (socket: Socket) => void): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, serve);
}

/**
 * Gives what comes first, in segments as they arrive, to `take` until it returns true: then it has dealt with the
 * connection, and nothing more is read here.
 */
export function readFirst(socket: Socket, take: (bytes: Buffer) => boolean): void {
  let bytes = Buffer.alloc(0);
  const onData = (segment: Buffer): void => {
    bytes = Buffer.concat([bytes, segment]);
    socket.pause();
    if (!take(bytes)) {
      socket.resume();
      return;
    }
    socket.off('data', onData).off('end', onEnd);
  };
  const onEnd = (): void => {
    socket.destroy();
  };
  socket.on('data', onData).on('end', onEnd);
}
