import { InternalError } from '../errors.ts';
import { namePort, type DesiredProject } from '../project/desired-project.ts';
import type { DesiredService } from '../project/desired-services.ts';
import { clientPair, podPair, shownPair, type PairPaths } from '../project/places.ts';
import type { DesiredPair } from '../project/desired-pairs.ts';
import { buildCertificate, type FoundPairs } from './certificate-state.ts';
import type { Graph, GraphCertificate, Lane, LanePath } from './graph.ts';

export interface GraphInput {
  readonly desired: Pick<DesiredProject, 'config' | 'entry' | 'services' | 'pairs'>;
  readonly found: FoundPairs;
  /** Against which dates are judged. */
  readonly now: Date;
}

/**
 * Describes where TLS begins and ends for each service, by configuration and by the certificates in certs/. What a
 * cluster does with it is not looked at.
 *
 * @throws InternalError when a service has no pair of its own among `desired.pairs`.
 */
export function buildGraph({ desired, found, now }: GraphInput): Graph {
  const { config, entry } = desired;
  const { name, namespace, profile } = config.controller;
  const wanted = new Map(desired.pairs.map((pair) => [pair.paths.certificate, pair]));
  const describe = (paths: PairPaths, host?: string): GraphCertificate => {
    const pair = wanted.get(paths.certificate);
    if (pair === undefined) throw new InternalError(`no certificate ${paths.certificate} is planned`);
    return buildCertificate(pair, host === undefined ? found : narrow(found, pair, host), now);
  };
  return {
    domain: config.domain,
    controller: { name, namespace, port: namePort(entry), profile },
    lanes: desired.services.map((service) => buildLane(service, entry.port, buildPath(service, describe))),
    certificates: desired.pairs.map((pair) => buildCertificate(pair, found, now)),
  };
}

function buildLane({ name, mode, host, port, replicas }: DesiredService, entryPort: number, path: LanePath): Lane {
  return {
    service: name,
    mode,
    host,
    url: `https://${host}:${entryPort}/`,
    port,
    ...(replicas === undefined ? {} : { replicas }),
    path,
  };
}

function buildPath(service: DesiredService, describe: (paths: PairPaths, host?: string) => GraphCertificate): LanePath {
  const { mode } = service;
  if (mode === 'passthrough') {
    const client = service.clientAuth ? { client: describe(clientPair(service.name)) } : {};
    return { mode, whole: { server: describe(shownPair(service)), isVerified: true, ...client } };
  }
  // The pair is shared: of its problems a lane shows those of its own host.
  const outer = { server: describe(shownPair(service), service.host), isVerified: true };
  if (mode === 'terminate') return { mode, outer };
  return {
    mode,
    outer,
    inner: { server: describe(podPair(service.name)), isVerified: service.upstreamCa !== undefined },
  };
}

/** The same, as if the pair had to cover this host only. */
function narrow(found: FoundPairs, { paths }: DesiredPair, host: string): FoundPairs {
  const pair = found.get(paths.certificate);
  if (pair === undefined || pair.uncovered.length === 0) return found;
  return new Map([
    ...found,
    [paths.certificate, { ...pair, uncovered: pair.uncovered.filter((name) => name === host) }],
  ]);
}
