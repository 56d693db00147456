import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { ToolError } from '../errors.ts';
import type { AccessEntry, GatewayInput } from '../model/preview.ts';
import type { KeyPair } from './gateway/certificates.ts';
import { noteProblem, trackConnections } from './gateway/connections.ts';
import { directConnection } from './gateway/direct-connection.ts';
import { createGeneration, type Generation } from './gateway/generation.ts';
import { createHttpServers } from './gateway/http-servers.ts';
import { defaultLimits, type Limits } from './gateway/limits.ts';
import { createPassages } from './gateway/passages.ts';

/** A running gateway. */
export interface Gateway {
  readonly port: number;
  /** Complaints about the input it was started with: certificates that cannot be used, Secrets that are missing. */
  readonly complaints: readonly string[];
  /**
   * Serves another input from the next connection and the next request on; what is open goes on as it began. Returns the
   * complaints about the new one.
   */
  update(input: GatewayInput): readonly string[];
  /** Accepts nothing more, ends what is idle, gives the rest a moment (`closingMs`); done when everything is closed. */
  close(): Promise<void>;
}

export interface GatewaySettings {
  /** The address to listen on. */
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  readonly input: GatewayInput;
  /** The certificate that is shown where no other fits. */
  readonly fallback: KeyPair;
  readonly now: () => Date;
  /** One call for each request, each connection that was passed through, and each that was refused. */
  readonly onEntry: (entry: AccessEntry) => void;
  readonly limits?: Partial<Limits>;
}

/**
 * Starts a gateway that acts on its one port as an ingress controller does on its TLS port: ends TLS or passes it on by the
 * host name in the ClientHello, and refuses plain HTTP.
 *
 * @throws ToolError when the port cannot be opened.
 */
export async function startGateway(settings: GatewaySettings): Promise<Gateway> {
  const { fallback, now, onEntry } = settings;
  const limits = { ...defaultLimits, ...settings.limits };
  const connections = trackConnections(limits);
  const passages = createPassages();
  const http = createHttpServers({ current: () => generation, connections, passages, limits, now, onEntry });

  const onSecure = (socket: TLSSocket): void => {
    const connection = connections.secure(socket);
    if (connection === undefined) {
      socket.destroy();
      return;
    }
    socket.on('error', (error: NodeJS.ErrnoException) => {
      noteProblem(connection, error);
    });
    connection.tls = socket;
    http.serve(socket, connection);
    connection.rest();
  };
  const onFailure = (error: NodeJS.ErrnoException, socket: TLSSocket): void => {
    const connection = connections.find(underlying(socket));
    if (connection !== undefined) noteProblem(connection, error);
    socket.destroy();
  };
  const generate = (input: GatewayInput): Generation =>
    createGeneration({ input, fallback, limits, onSecure, onFailure });
  let generation = generate(settings.input);

  const underway = new Set<Promise<unknown>>();

  const accept = (socket: Socket): void => {
    // Each use of the socket sees its errors by its own listener or by its close.
    socket.on('error', () => undefined);
    if (connections.size >= limits.connections) {
      onEntry({
        kind: 'refused',
        time: now(),
        client: connections.add(socket).client,
        reason: `more than ${limits.connections} connections`,
      });
      socket.destroy();
      return;
    }
    const directed: Promise<unknown> = directConnection(connections.add(socket), generation, {
      limits,
      now,
      onEntry,
    }).then(() => underway.delete(directed));
    underway.add(directed);
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
  await listen(server, settings.host, settings.port);

  return {
    port: (server.address() as AddressInfo).port,
    complaints: generation.complaints,
    update: (input) => {
      const last = generation;
      generation = generate(input);
      last.upstreams.retire();
      return generation.complaints;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      generation.upstreams.retire();
      await connections.close();
      await Promise.all(underway);
      await closed;
    },
  };
}

/**
 * The socket that a TLS socket was made of. A failed one does not know its peer any more, and node:tls has no public way to
 * what is below (node@20 lib/_tls_wrap.js: `_parent`); without it the log would only say less.
 */
function underlying(socket: TLSSocket & { readonly _parent?: Socket }): Socket {
  return socket._parent ?? socket;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program listens there' : (error.code ?? error.message);
      reject(
        new ToolError(`port ${port} of ${host} not opened: ${reason}`, {
          remedy: 'Take any free port: --port 0',
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
}
