import { X509Certificate } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { checkServerIdentity, type ConnectionOptions } from 'node:tls';

import { printName } from '../../kube/object-index.ts';
import type { GatewayLocation, PageAnswer } from '../../model/gateway.ts';
import type { GatewayInput } from '../../model/preview.ts';

/** How requests for a location reach its pod: a page instead, or a connection. */
type Upstream = { readonly kind: 'page'; readonly page: PageAnswer } | Hop;

export interface Hop {
  readonly kind: 'hop';
  readonly scheme: 'http:' | 'https:';
  /** Keeps connections for the next request to the same location. */
  readonly agent: HttpAgent;
  /** Whether HTTP/2 is spoken, and nothing else. */
  readonly isGrpc: boolean;
  /** Whether a certificate that is not trusted ends the connection. */
  readonly verifies: boolean;
  readonly tls: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'servername' | 'checkServerIdentity'>;
}

export interface Upstreams {
  of(location: GatewayLocation): Upstream;
  readonly complaints: readonly string[];
  /** No connection outlives its last request from here on; those that run go on. */
  retire(): void;
}

/** Requests to one location that run at the same time; more wait. */
const mostSockets = 512;
/** Shorter than servers keep a connection: Node's own do so for 5 s. */
const keptMs = 4_000;

/**
 * The upstreams of a table, each with an agent of its own: a connection that was verified for one location is never used for
 * another, nor after the table has changed.
 */
export function prepareUpstreams(input: GatewayInput): Upstreams {
  const prepared = new Map<GatewayLocation, Upstream>();
  // Locations of one host often have one reason.
  const complaints = new Set<string>();
  for (const { name, locations } of input.table.hosts) {
    for (const location of locations)
      prepared.set(
        location,
        prepare(location, input, (text) => complaints.add(`${name}: ${text}`)),
      );
  }
  return {
    of: (location) => prepared.get(location) ?? { kind: 'page', page: input.behaviour.upstreamMissing },
    complaints: [...complaints],
    retire: () => {
      for (const upstream of prepared.values()) {
        if (upstream.kind === 'hop') retireAgent(upstream.agent);
      }
    },
  };
}

function prepare(
  { upstream }: GatewayLocation,
  { behaviour, findData }: GatewayInput,
  complain: (text: string) => void,
): Upstream {
  const settings = { keepAlive: true, maxSockets: mostSockets, timeout: keptMs };
  if (upstream.scheme === 'none') {
    complain(`requests are answered with ${behaviour.upstreamMissing.status}: ${upstream.reason}`);
    return { kind: 'page', page: behaviour.upstreamMissing };
  }
  const isGrpc = upstream.isGrpc === true;
  if (upstream.scheme === 'http') {
    return { kind: 'hop', scheme: 'http:', agent: new HttpAgent(settings), isGrpc, verifies: false, tls: {} };
  }
  const { verification, serverName, client } = upstream;
  const shown = client === undefined ? undefined : findData('Secret', client);
  // An empty name keeps Node from sending the Host header's (node@20 lib/_http_agent.js: normalizeServerName).
  const ours = {
    servername: serverName ?? '',
    ...(shown?.['tls.crt'] !== undefined && { cert: shown['tls.crt'] }),
    ...(shown?.['tls.key'] !== undefined && { key: shown['tls.key'] }),
  };
  if (verification === undefined) {
    return { kind: 'hop', scheme: 'https:', agent: new HttpsAgent(settings), isGrpc, verifies: false, tls: ours };
  }
  const { authority, name } = verification;
  const ca = authority.kind === 'inline' ? authority.pem : findData(authority.kind, authority)?.[authority.key];
  if (ca === undefined || !holdsCertificate(ca)) {
    const lack = ca === undefined ? 'is missing' : 'holds no certificate';
    complain(
      `requests are answered with ${behaviour.upstreamMissing.status}: ${authority.kind === 'inline' ? 'the authority in its route' : `${authority.key} of ${printName(authority)}`} ${lack}`,
    );
    return { kind: 'page', page: behaviour.upstreamMissing };
  }
  return {
    kind: 'hop',
    scheme: 'https:',
    agent: new HttpsAgent(settings),
    isGrpc,
    verifies: true,
    tls: {
      ca,
      ...ours,
      checkServerIdentity: (_host, certificate) =>
        name === undefined ? undefined : checkServerIdentity(name, certificate),
    },
  };
}

/** Ends what waits for a next request. `destroy` would cut the running answers as well. */
function retireAgent(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flat()) {
    socket?.destroy();
  }
}

function holdsCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== '';
  } catch {
    return false;
  }
}
