import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between clients and a server, and can go away as a server does that is restarted. */
export interface OutageProxy {
  readonly port: number;
  /** Cuts every connection and listens no more. */
  readonly goAway: () => Promise<void>;
  /** Cuts every connection and each new one as soon as it comes; `refused` counts those. */
  readonly cut: () => void;
  readonly refused: () => number;
  /** Is there again. */
  readonly comeBack: () => Promise<void>;
  /** How many milliseconds each answer is held back on connections that are made from now on; none at first. */
  readonly delay: (milliseconds: number) => void;
  readonly close: () => Promise<void>;
}

/** Starts one on loopback; it must run in a process that is not busy waiting for its clients. */
export async function startOutageProxy(target: { readonly host: string; readonly port: number }): Promise<OutageProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let refused = 0;
  let delayMs = 0;
  const server: Server = createServer((client) => {
    if (isCut) {
      refused += 1;
      client.destroy();
      return;
    }
    const upstream = connect(target);
    // One delay for all of a connection: its bytes must not overtake each other.
    const ofConnection = delayMs;
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      setTimeout(() => client.write(chunk), ofConnection);
    });
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      drop();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    goAway: stop,
    cut: () => {
      isCut = true;
      drop();
    },
    refused: () => refused,
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    comeBack: async () => {
      isCut = false;
      if (!server.listening) await listen(port);
    },
    close: () => (server.listening ? stop() : Promise.resolve()),
  };
}
