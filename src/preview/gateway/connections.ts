import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import type { Limits } from './limits.ts';

/** One connection of a client. */
export interface Connection {
  readonly socket: Socket;
  /** Address and port. */
  readonly client: string;
  /** The name in its ClientHello. */
  serverName?: string;
  /** Why it did not become what the client wanted. */
  problem?: string;
  /** Present once the TLS handshake with the gateway is done: what was shown in it. */
  tls?: TLSSocket;
  /** Whether the TLS handshake with the gateway is done. */
  isSecure: boolean;
  /** How it is ended when nothing runs: by a word of its protocol where it has one. */
  finish: () => void;
  /** Something runs on it: a request, a WebSocket, bytes that are passed through. */
  begin(): void;
  /** It is over. With nothing else running the idle limit begins to count. */
  rest(): void;
}

/** The open connections of a gateway. */
export interface Connections {
  readonly size: number;
  add(socket: Socket): Connection;
  /** By the socket itself, or by one that `secure` has found. */
  find(socket: Socket): Connection | undefined;
  /** The connection whose TLS handshake has just ended with this socket, which from now on finds it too. */
  secure(socket: Socket): Connection | undefined;
  /** Ends those on which nothing runs, gives the others `closingMs`, then destroys them; done when all are closed. */
  close(): Promise<void>;
}

/** `192.0.2.1:1234`, `[2001:db8::1]:1234`. */
export function addressOf({
  remoteAddress = 'unknown',
  remotePort = 0,
}: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}

/** Keeps why TLS failed. What else breaks a connection (a reset) is no matter of TLS, and its close tells enough. */
export function noteProblem(connection: Connection, error: NodeJS.ErrnoException & { readonly reason?: string }): void {
  if (error.code?.startsWith('ERR_SSL_') === true) {
    connection.problem ??= `TLS failed: ${error.reason ?? error.code}`;
  } else if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') {
    connection.problem ??= 'TLS failed: the handshake was not done in time';
  }
}

export function trackConnections({ idleMs, closingMs }: Limits): Connections {
  // Not by address and port alone: a client may have the port again while its last connection is still open here.
  const open = new Set<Connection & { readonly isIdle: () => boolean }>();
  const bySocket = new WeakMap<Socket, Connection>();
  let isClosing = false;
  let onEmpty: () => void = () => undefined;

  const add = (socket: Socket): Connection => {
    const client = addressOf(socket);
    let running = 0;
    let timer: NodeJS.Timeout | undefined;
    const end = (): void => {
      connection.finish();
      // A client that does not read keeps the last bytes from going out.
      timer = setTimeout(() => socket.destroy(), closingMs);
    };
    const connection = {
      socket,
      client,
      isSecure: false,
      isIdle: () => running === 0,
      finish: () => {
        socket.destroySoon();
      },
      begin: () => {
        running += 1;
        clearTimeout(timer);
      },
      rest: () => {
        running = Math.max(0, running - 1);
        clearTimeout(timer);
        if (running > 0 || socket.destroyed) return;
        if (isClosing) {
          end();
        } else {
          timer = setTimeout(end, idleMs);
        }
      },
    };
    open.add(connection);
    bySocket.set(socket, connection);
    socket.once('close', () => {
      clearTimeout(timer);
      open.delete(connection);
      // Whatever the close still ends must not start the idle limit again.
      running = Infinity;
      if (open.size === 0) onEmpty();
    });
    return connection;
  };

  const close = async (): Promise<void> => {
    isClosing = true;
    if (open.size === 0) return;
    const empty = new Promise<void>((resolve) => {
      onEmpty = resolve;
    });
    const timer = setTimeout(() => {
      for (const { socket } of open) socket.destroy();
    }, closingMs);
    for (const connection of open) {
      if (connection.isIdle()) connection.finish();
    }
    await empty;
    clearTimeout(timer);
  };

  return {
    get size() {
      return open.size;
    },
    add,
    find: (socket) => bySocket.get(socket),
    secure: (socket) => {
      const client = addressOf(socket);
      // Of two with one address only the later can have a client that shakes hands.
      const connection = [...open].findLast((each) => each.client === client);
      if (connection !== undefined) {
        connection.isSecure = true;
        bySocket.set(socket, connection);
      }
      return connection;
    },
    close,
  };
}
