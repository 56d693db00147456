import { createServer, type Server, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

import type { AccessEntry, GatewayInput } from '../model/preview.ts';
import type { KeyPair } from './gateway/certificates.ts';
import { noteProblem, trackConnections, type Connection } from './gateway/connections.ts';
import { directConnection } from './gateway/direct-connection.ts';
import { createGeneration, inClear, type Generation } from './gateway/generation.ts';
import { createHttp1Server } from './gateway/http1-server.ts';
import { createHttpServers, mostRequests } from './gateway/http-servers.ts';
import { defaultLimits, type Limits } from './gateway/limits.ts';
import { listen } from './gateway/listen.ts';
import { createPassages } from './gateway/passages.ts';
import type { Surroundings } from './gateway/requests.ts';

/** A running gateway. */
export interface Gateway {
  readonly port: number;
  /** For plain HTTP; absent: the input that it was started with had none. */
  readonly plainPort?: number;
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
  /** For plain HTTP, opened where the input has it; absent or 0: a free one. */
  readonly plainPort?: number;
  readonly input: GatewayInput;
  /** The certificate that is shown where no other fits. */
  readonly fallback: KeyPair;
  readonly now: () => Date;
  /** One call for each request, each connection that was passed through, and each that was refused. */
  readonly onEntry: (entry: AccessEntry) => void;
  readonly limits?: Partial<Limits>;
}

/**
 * Starts a gateway that acts on one port as an ingress controller does on its TLS port: ends TLS or passes it on by the
 * host name in the ClientHello, and refuses plain HTTP; and on another as the controller does on its port for plain HTTP.
 *
 * @throws ToolError when a port cannot be opened.
 */
export async function startGateway(settings: GatewaySettings): Promise<Gateway> {
  const { fallback, now, onEntry } = settings;
  const limits = { ...defaultLimits, ...settings.limits };
  const connections = trackConnections(limits);
  const passages = createPassages();
  const around: Surroundings = { current: () => generation, connections, passages, limits, now, onEntry };
  const http = createHttpServers(around);

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

  const accept = (socket: Socket): Connection | undefined => {
    // Each use of the socket sees its errors by its own listener or by its close.
    socket.on('error', () => undefined);
    const isTooMany = connections.size >= limits.connections;
    const connection = connections.add(socket);
    if (!isTooMany) return connection;
    const reason = `more than ${limits.connections} connections`;
    onEntry({ kind: 'refused', time: now(), client: connection.client, reason });
    socket.destroy();
    return undefined;
  };
  const openPlain = async (port: number): Promise<{ readonly server: Server; readonly port: number } | undefined> => {
    const { plainHttp: atStart } = settings.input.table;
    if (atStart === undefined) return undefined;
    // Where another input has no such port, a connection from before is not let through to the pods.
    const current = (): Generation =>
      inClear(generation, { plainHttp: generation.input.table.plainHttp ?? atStart, port });
    const serve = createHttp1Server({ ...around, current }, mostRequests);
    const server = createServer({ noDelay: true }, (socket) => {
      const connection = accept(socket);
      if (connection === undefined) return;
      if (generation.input.table.plainHttp === undefined) {
        // As where nobody listens.
        socket.destroy();
        return;
      }
      serve(socket, connection);
      connection.rest();
    });
    return { server, port: await listen(server, settings.host, settings.plainPort ?? 0) };
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = accept(socket);
    if (connection === undefined) return;
    const directed: Promise<unknown> = directConnection(connection, generation, { limits, now, onEntry }).then(() =>
      underway.delete(directed),
    );
    underway.add(directed);
  });
  const port = await listen(server, settings.host, settings.port);
  const plain = await openPlain(port).catch((error: unknown) => {
    server.close();
    throw error;
  });

  return {
    port,
    ...(plain === undefined ? {} : { plainPort: plain.port }),
    complaints: generation.complaints,
    update: (input) => {
      const last = generation;
      generation = generate(input);
      last.upstreams.retire();
      return generation.complaints;
    },
    close: async () => {
      const closed = [server, ...(plain === undefined ? [] : [plain.server])].map(
        (each) => new Promise((resolve) => each.close(resolve)),
      );
      generation.upstreams.retire();
      await connections.close();
      await Promise.all(underway);
      await Promise.all(closed);
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
