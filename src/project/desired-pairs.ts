import { listHosts } from '../model/hosts.ts';
import {
  requestClient,
  requestClientAuthority,
  requestPassthroughServer,
  requestPodServer,
  requestProjectAuthority,
  requestWildcard,
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
  wildcardPair,
  type PairPaths,
} from './places.ts';
import { hasOwnCertificate } from '../model/backend.ts';
import { hasOwnClients } from '../model/client-auth.ts';
import { endsInPod, podSpeaksTls } from '../model/mode.ts';

/** A key and certificate that the project needs. */
export interface DesiredPair {
  readonly paths: PairPaths;
  readonly request: CertificateRequest;
  /** Absent: self-signed. */
  readonly issuer?: PairPaths;
  /** Names that the certificate in place must cover, whoever made it. */
  readonly requiredNames: readonly string[];
  /**
   * What it means when the certificate in place was not issued by `issuer`: the hop is broken (error), or only the
   * printed client commands are (warning).
   */
  readonly foreignIssuer: 'error' | 'warning';
}

/** Where pairs lie, and the authorities that should have issued them. */
export function listPairPaths(pairs: readonly DesiredPair[]): readonly (PairPaths & { readonly issuer?: string })[] {
  return pairs.map(({ paths, issuer }) => ({
    ...paths,
    ...(issuer === undefined ? {} : { issuer: issuer.certificate }),
  }));
}

/** Every pair in certs/, issuers before what they issue. */
export function listDesiredPairs(config: Config, services: readonly PlannedService[]): readonly DesiredPair[] {
  const { domain, certificate } = config;
  // The wildcard meets clients that nobody chose, the oldest among them. All others are for pods and clients of today, and an
  // RSA key takes a thousand times as long to make.
  const { days, keyType = 'ecdsa-p256' } = certificate;
  const hosts = [...new Set(services.filter(({ mode }) => !endsInPod(mode)).flatMap(listHosts))];
  const pairs: DesiredPair[] = [
    {
      paths: wildcardPair,
      request: requestWildcard(domain, days, certificate.keyType ?? 'rsa-2048'),
      requiredNames: hosts.length > 0 ? hosts : [`*.${domain}`],
      foreignIssuer: 'warning',
    },
  ];
  const served = services.filter((service) => podSpeaksTls(service.mode) && hasOwnCertificate(service));
  if (served.length > 0) {
    pairs.push({
      paths: projectAuthorityPair,
      request: requestProjectAuthority(domain, keyType),
      requiredNames: [],
      foreignIssuer: 'warning',
    });
  }
  for (const service of services) {
    if (service.upstreamName !== undefined && served.includes(service)) {
      pairs.push({
        paths: podPair(service.name),
        request: requestPodServer(service.upstreamName, days, keyType),
        issuer: projectAuthorityPair,
        requiredNames: [service.upstreamName],
        foreignIssuer: 'error',
      });
    }
    if (endsInPod(service.mode) && served.includes(service)) {
      pairs.push({
        paths: podPair(service.name),
        request: requestPassthroughServer(listHosts(service), days, keyType),
        issuer: projectAuthorityPair,
        requiredNames: listHosts(service),
        foreignIssuer: 'warning',
      });
    }
    const { name } = service;
    if (hasOwnClients(service)) pairs.push(...pairsOfClient(clientAuthorityPair(name), clientPair(name), name));
    if (service.upstreamClientCertificate === true) {
      const title = service.clientAuth ? `${name}-controller` : name;
      pairs.push(...pairsOfClient(controllerAuthorityPair(service), controllerPair(service), title));
    }
  }
  return pairs;

  function pairsOfClient(authority: PairPaths, client: PairPaths, title: string): readonly DesiredPair[] {
    const common = { requiredNames: [], foreignIssuer: 'warning' } as const;
    return [
      { paths: authority, request: requestClientAuthority(title, keyType), ...common },
      { paths: client, request: requestClient(title, days, keyType), issuer: authority, ...common },
    ];
  }
}
