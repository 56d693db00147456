import { listHosts } from '../model/hosts.ts';
import {
  requestClient,
  requestClientAuthority,
  requestPassthroughServer,
  requestPodServer,
  requestProjectAuthority,
} from '../certs/requests.ts';
import type { CertificateRequest } from '../model/certificate.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import {
  clientAuthorityPair,
  clientPair,
  controllerAuthorityPair,
  controllerPair,
  podPair,
  projectAuthorityPair,
  edgeAuthority,
  personPair,
  hostPair,
  type PairPaths,
} from './places.ts';
import { hasOwnCertificate } from '../model/backend.ts';
import {
  isKeptElsewhere,
  listOtherDomains,
  listHostCertificates,
  wildcardName,
  type HostCertificate,
} from '../model/host-certificate.ts';
import { hasOwnClients, listPersons } from '../model/client-auth.ts';
import { requestForHosts } from './host-certificates.ts';
import { endsInPod, podSpeaksTls } from '../model/mode.ts';

/** A key and certificate that the project needs. */
export interface DesiredPair {
  readonly paths: PairPaths;
  readonly request: CertificateRequest;
  /** Who issues it where it is made here; absent: it signs itself. */
  readonly issuer?: PairPaths;
  /** A person's own, never made. */
  readonly isBrought?: true;
  /** For hosts whose TLS ends at the controller. */
  readonly isShownByController?: true;
  /** The client whose it is: once it was given to them, its key is with them alone. */
  readonly person?: string;
  /** The file by which whoever is shown it verifies it; absent: the certificate itself, or what stands above it in its file. */
  readonly authority?: string;
  /** Names that the certificate in place must cover, whoever made it. */
  readonly requiredNames: readonly string[];
  /**
   * What it means when the certificate in place does not lead to `authority`: the hop is broken (error), or only the
   * printed client commands are (warning).
   */
  readonly foreignIssuer: 'error' | 'warning';
}

/** Whether it issues what is of the project. */
export function isAuthority({ request }: Pick<DesiredPair, 'request'>): boolean {
  return request.usage === 'authority';
}

/** Where pairs lie, and how their chains are to be judged: by the authorities to which they should lead. */
export function listPairPaths(pairs: readonly DesiredPair[]): readonly (PairPaths & {
  readonly chain: { readonly authority?: string; readonly usage?: 'server' | 'client' };
})[] {
  return pairs.map(({ paths, authority, request: { usage } }) => ({
    ...paths,
    chain: { ...(authority !== undefined && { authority }), ...(usage !== 'authority' && { usage }) },
  }));
}

/**
 * Every pair in certs/, issuers before what they issue.
 * @param endsAtAnyAuthority whether the controller takes an authority that is no root.
 */
export function listDesiredPairs(
  config: Config,
  services: readonly PlannedService[],
  endsAtAnyAuthority = false,
): readonly DesiredPair[] {
  const { domain, certificate } = config;
  const { days, keyType = 'ecdsa-p256' } = certificate;
  const served = services.filter((service) => podSpeaksTls(service.mode) && hasOwnCertificate(service));
  const ofHosts = listHostCertificates(config).filter(
    (each) => !isKeptElsewhere(each) && (each.name === wildcardName || each.services.length > 0),
  );
  const isAnyIssued = ofHosts.some(({ source }) => source === 'project');
  const projectAuthority: DesiredPair = {
    paths: projectAuthorityPair,
    request: requestProjectAuthority(domain, keyType, listOtherDomains(config)),
    requiredNames: [],
    foreignIssuer:
      !endsAtAnyAuthority &&
      served.some(({ upstreamName, certificate: own }) => upstreamName !== undefined && own === undefined)
        ? 'error'
        : 'warning',
  };
  const isAuthorityNeeded = isAnyIssued || served.some((service) => service.certificate === undefined);
  // Issuers stand before what they issue.
  const pairs: DesiredPair[] = [
    ...(isAnyIssued ? [projectAuthority] : []),
    ...ofHosts.map((each) => pairOfHosts(each, domain)),
    ...(isAuthorityNeeded && !isAnyIssued ? [projectAuthority] : []),
  ];
  for (const service of services) {
    if (service.upstreamName !== undefined && served.includes(service)) {
      pairs.push({
        paths: podPair(service.name),
        request: requestPodServer(service.upstreamName, days, keyType),
        ...originOf(service),
        requiredNames: [service.upstreamName],
        foreignIssuer: 'error',
      });
    }
    if (endsInPod(service.mode) && served.includes(service)) {
      pairs.push({
        paths: podPair(service.name),
        request: requestPassthroughServer(listHosts(service), days, keyType),
        ...originOf(service),
        requiredNames: listHosts(service),
        foreignIssuer: 'warning',
      });
    }
    const { name } = service;
    if (hasOwnClients(service)) {
      pairs.push(
        ...pairsOfClient(clientAuthorityPair(name), clientPair(name), name),
        ...listPersons(service).map((person) => ({
          ...pairOfClient(clientAuthorityPair(name), personPair(name, person), name, person),
          person,
        })),
      );
    }
    if (service.upstreamClientCertificate === true) {
      const title = service.clientAuth ? `${name}-controller` : name;
      pairs.push(...pairsOfClient(controllerAuthorityPair(service), controllerPair(service), title));
    }
  }
  return pairs;

  function pairsOfClient(authority: PairPaths, client: PairPaths, title: string): readonly DesiredPair[] {
    return [
      { paths: authority, request: requestClientAuthority(title, keyType), ...unnamed },
      pairOfClient(authority, client, title),
    ];
  }

  function pairOfClient(authority: PairPaths, client: PairPaths, title: string, person?: string): DesiredPair {
    const request = requestClient(title, days, keyType, person);
    return { paths: client, request, issuer: authority, authority: authority.certificate, ...unnamed };
  }
}

function pairOfHosts(certificate: HostCertificate, domain: string): DesiredPair {
  const { name, services, source } = certificate;
  const hosts = [...new Set(services.flatMap(listHosts))];
  const edge = edgeAuthority(certificate);
  return {
    paths: hostPair(name),
    request: requestForHosts(certificate, domain),
    requiredNames: hosts.length > 0 || source === 'files' ? hosts : [`*.${domain}`],
    foreignIssuer: 'warning',
    isShownByController: true,
    ...(source === 'project' && { issuer: projectAuthorityPair }),
    ...(source === 'files' && { isBrought: true }),
    ...(edge !== undefined && { authority: edge }),
  };
}

const unnamed = { requiredNames: [], foreignIssuer: 'warning' } as const;

/** Who issues the pod's certificate, and by what it is verified. */
function originOf(service: PlannedService): Pick<DesiredPair, 'issuer' | 'isBrought' | 'authority'> {
  const { certificate } = service;
  if (certificate === undefined) return { issuer: projectAuthorityPair, authority: projectAuthorityPair.certificate };
  return { isBrought: true, ...(certificate.authority !== undefined && { authority: certificate.authority }) };
}
