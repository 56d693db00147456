import { listHosts } from '../model/hosts.ts';
import { hasOwnCertificate, isKept, podPort } from '../model/backend.ts';
import { hasOwnClients } from '../model/client-auth.ts';
import { InternalError } from '../errors.ts';
import type { Entry } from '../model/controller-profile.ts';
import { namePort, printUrl, type DesiredProject } from '../project/desired-project.ts';
import type { DesiredService } from '../project/desired-services.ts';
import {
  clientAuthority,
  clientPair,
  controllerPair,
  type PairPaths,
  podAuthority,
  podPair,
  shownPair,
} from '../project/places.ts';
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
  const describe = (paths: PairPaths, hosts?: readonly string[]): GraphCertificate => {
    const pair = wanted.get(paths.certificate);
    if (pair === undefined) throw new InternalError(`no certificate ${paths.certificate} is planned`);
    return buildCertificate(pair, hosts === undefined ? found : narrow(found, pair, hosts), now);
  };
  return {
    domain: config.domain,
    controller: { name, namespace, port: namePort(entry), profile },
    lanes: desired.services.map((service) => buildLane(service, entry, buildPath(service, describe))),
    certificates: desired.pairs.map((pair) => buildCertificate(pair, found, now)),
  };
}

function buildLane(service: DesiredService, entry: Entry, path: LanePath): Lane {
  const { name, mode, host, entryPath = '', replicas } = service;
  return {
    service: name,
    mode,
    host: host + entryPath,
    ...(service.moreHosts === undefined ? {} : { moreHosts: service.moreHosts }),
    url: printUrl(entry, service),
    port: podPort(service),
    ...(service.service === undefined ? {} : { existing: `${service.namespace}/${service.service.name}` }),
    ...(replicas === undefined ? {} : { replicas }),
    path,
  };
}

function buildPath(
  service: DesiredService,
  describe: (paths: PairPaths, hosts?: readonly string[]) => GraphCertificate,
): LanePath {
  const { mode } = service;
  const client = service.clientAuth ? { client: describeClient(service, describe) } : {};
  if (mode === 'passthrough') {
    return { mode, whole: { server: describePod(service, describe), isVerified: true, ...client } };
  }
  const { keptSecret, namespace, edgeAuthority } = service;
  const server =
    keptSecret === undefined
      ? // The pair is shared: of its problems a lane shows those of its own host.
        describe(shownPair(service), listHosts(service))
      : describeKept(`Secret ${namespace}/${keptSecret}`, listHosts(service), edgeAuthority);
  const outer = { server, isVerified: true, ...client };
  if (mode === 'terminate') return { mode, outer };
  return {
    mode,
    outer,
    inner: {
      server: describePod(service, describe),
      isVerified: service.upstreamCa !== undefined,
      ...(service.upstreamClientCertificate === true && { client: describe(controllerPair(service)) }),
    },
  };
}

/** One that the project does not make is known by its authority alone. */
function describeClient(service: DesiredService, describe: (paths: PairPaths) => GraphCertificate): GraphCertificate {
  if (hasOwnClients(service)) return describe(clientPair(service.name));
  return {
    path: "a client's own certificate",
    names: [],
    isAuthority: false,
    issuer: clientAuthority(service),
    problems: [],
  };
}

/** The pod's certificate; one that the project does not make is known by whom it is verified with alone. */
function describePod(service: DesiredService, describe: (paths: PairPaths) => GraphCertificate): GraphCertificate {
  if (hasOwnCertificate(service)) return describe(podPair(service.name));
  const { namespace, certificate, podTlsSecret = '', upstreamName } = service;
  const place = isKept(certificate) ? `Secret ${namespace}/${podTlsSecret}` : "the pod's own certificate";
  return describeKept(place, upstreamName === undefined ? listHosts(service) : [upstreamName], podAuthority(service));
}

/** A certificate that is not here: who issued it is known where a file of that authority is named. */
function describeKept(
  path: string,
  names: readonly string[],
  issuer = 'an authority that is not here',
): GraphCertificate {
  return { path, names, isAuthority: false, issuer, problems: [] };
}

/** The same, as if the pair had to cover these hosts only. */
function narrow(found: FoundPairs, { paths }: DesiredPair, hosts: readonly string[]): FoundPairs {
  const pair = found.get(paths.certificate);
  if (pair === undefined || pair.uncovered.length === 0) return found;
  return new Map([
    ...found,
    [paths.certificate, { ...pair, uncovered: pair.uncovered.filter((name) => hosts.includes(name)) }],
  ]);
}
