import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls';

import type { GatewayHost } from '../../model/gateway.ts';
import type { GatewayInput } from '../../model/preview.ts';
import { prepareClientAuthority, type ClientAuthority } from './client-auth.ts';
import { loadHostCertificates, makeContext, versionsOf, type KeyPair } from './certificates.ts';
import { indexHosts, type HostIndex } from './hosts.ts';
import type { Limits } from './limits.ts';
import type { Redirect } from './redirect.ts';
import { prepareUpstreams, type Upstreams } from './upstreams.ts';

/** What is made of one input: serves what comes until the next input does, and what it has begun to its end. */
export interface Generation {
  readonly input: GatewayInput;
  readonly hosts: HostIndex;
  readonly upstreams: Upstreams;
  readonly clients: ClientAuthority;
  /** Present where requests come in clear. */
  readonly redirect?: Redirect;
  /**
   * Ends TLS for a connection that is not passed through.
   *
   * @param serverName the name in its hello; undefined when there is none or none could be read.
   */
  endTls(socket: Socket, serverName: string | undefined): void;
  readonly complaints: readonly string[];
}

/**
 * Everything about an input that connections and requests look up.
 *
 * @throws Error of OpenSSL when the fallback certificate cannot be used.
 */
export function createGeneration(settings: {
  readonly input: GatewayInput;
  readonly fallback: KeyPair;
  readonly limits: Limits;
  readonly onSecure: (socket: TLSSocket) => void;
  readonly onFailure: (error: NodeJS.ErrnoException, socket: TLSSocket) => void;
}): Generation {
  const { input, fallback, limits } = settings;
  const { behaviour, table } = input;
  const hosts = indexHosts(table.hosts);
  const certificates = loadHostCertificates(input);
  const upstreams = prepareUpstreams(input);
  const fallbackContext = makeContext(fallback, behaviour);
  const clients = prepareClientAuthority(input, hosts);
  const showing = ({ certificate, key }: KeyPair): TlsOptions => ({ cert: certificate, key });
  const byName: TlsOptions = {
    SNICallback: (serverName, done) => {
      const host = hosts.forName(serverName.toLowerCase());
      done(null, (host === undefined ? undefined : certificates.contextOf(host)) ?? fallbackContext);
    },
  };
  const createTlsServer = (choice: TlsOptions): Server => {
    const server = createServer(
      {
        ...versionsOf(behaviour),
        ALPNProtocols: table.offersHttp2 ? ['h2', 'http/1.1'] : ['http/1.1'],
        handshakeTimeout: limits.handshakeMs,
        ...choice,
      },
      (socket) => {
        if (clients.isRefused(socket)) socket.destroy();
        else settings.onSecure(socket);
      },
    );
    return server.on('tlsClientError', settings.onFailure);
  };
  // node's SNICallback puts a host's pair beside the server's own, and where one is RSA and the other ECDSA, OpenSSL shows
  // whichever the cipher suites prefer (tried, Node 20.20.2): the server for named hosts has none of its own.
  const named = createTlsServer(byName);
  const nameless = createTlsServer({ ...showing(fallback), ...byName });
  // Who is asked for a certificate is a server's affair in node, and a context by SNI brings authorities of its own (lib/_tls_wrap.js).
  const asking = new Map<GatewayHost, Server>();
  const serverFor = (host: GatewayHost | undefined): Server => {
    const options = host === undefined ? undefined : clients.optionsOf(host);
    if (host === undefined || options === undefined) return named;
    const server =
      asking.get(host) ?? createTlsServer({ ...showing(certificates.pairOf(host) ?? fallback), ...options });
    asking.set(host, server);
    return server;
  };
  const endTls = (socket: Socket, serverName: string | undefined): void => {
    const server = serverName === undefined ? nameless : serverFor(hosts.forName(serverName.toLowerCase()));
    server.emit('connection', socket);
  };
  return {
    ...{ input, hosts, upstreams, clients, endTls },
    complaints: [...certificates.complaints, ...upstreams.complaints, ...clients.complaints],
  };
}

/** The same for what comes by plain HTTP to a port of its own. */
export function inClear(generation: Generation, redirect: Redirect): Generation {
  // Only what came by TLS is told to come by TLS again (v1.15.1 rootfs/etc/nginx/lua/lua_ingress.lua, header).
  const behaviour = { ...generation.input.behaviour, strictTransportSecurity: undefined };
  return { ...generation, input: { ...generation.input, behaviour }, redirect };
}
