import type { PlannedService, RouteObject, UpstreamCaPlacement } from '../model/chart.ts';
import { hasOwnCertificate, isIssued, isKept } from '../model/backend.ts';
import type { Config, ExistingService, ServiceIntent } from '../model/config.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import { asksAtController, asksInPod } from '../model/client-auth.ts';
import { endsInPod, hasTlsHop, podSpeaksTls } from '../model/mode.ts';
import { findEntryPath } from '../model/paths.ts';
import { listSharedHosts } from '../model/shared-hosts.ts';
import { findHostCertificate, isKeptElsewhere } from '../model/host-certificate.ts';
import { edgeAuthority, podAuthority } from './places.ts';

/** A service, and what its controller takes for it. */
export interface DesiredService extends PlannedService {
  readonly routes: readonly RouteObject[];
  /** Where the authority lies by which the controller verifies the hop; absent: there is no hop, or it cannot be verified. */
  readonly upstreamCa?: UpstreamCaPlacement;
  /**
   * Files that apply puts in the place of the chart's values, by the values' paths. A certificate is public, so a route may hold it where a
   * controller wants it so.
   */
  readonly setFiles: Readonly<Record<string, string>>;
}

/** Decides every name that a service's objects share, so that certificates, Secrets, chart and routes agree. */
export function planServices(config: Config, profile: ControllerProfile): readonly DesiredService[] {
  const sharing = new Set([...listSharedHosts(config.services).values()].flat());
  return config.services.map((intent) => {
    const entryPath = findEntryPath(intent, sharing.has(intent) ? [...sharing] : [intent]);
    const service = { ...planService(config, profile, intent), ...(entryPath !== '/' && { entryPath }) };
    const upstreamCa = hasTlsHop(service.mode) ? profile.upstreamCa(config, service) : undefined;
    const authority = podAuthority(service);
    return {
      ...service,
      routes: profile.routes(config, service),
      ...(upstreamCa !== undefined && { upstreamCa }),
      setFiles: upstreamCa?.kind === 'ChartValue' && authority !== undefined ? { [upstreamCa.path]: authority } : {},
    };
  });
}

function planService(config: Config, profile: ControllerProfile, service: ServiceIntent): PlannedService {
  const release = releaseName(config, service.name);
  const namespace = service.namespace ?? config.namespace;
  const { certificate } = service;
  const ofHosts = endsInPod(service.mode) ? undefined : findHostCertificate(config, service);
  const edge = ofHosts && edgeAuthority(ofHosts);
  const isMade = hasOwnCertificate(service) || isIssued(service);
  const podSecret = isMade ? `${release}-tls` : certificate?.secretName;
  const keptForHosts = ofHosts && isKeptElsewhere(ofHosts) ? ofHosts.secretName : undefined;
  const keptSecret = endsInPod(service.mode) && isKept(certificate) ? podSecret : keptForHosts;
  return {
    ...service,
    ...(ofHosts !== undefined && { hostSecret: ofHosts.secretName }),
    ...(edge !== undefined && { edgeAuthority: edge }),
    release,
    namespace,
    servicePort: profile.servicePort(service.mode),
    ...(keptSecret !== undefined && { keptSecret }),
    ...(podSpeaksTls(service.mode) && podSecret !== undefined ? { podTlsSecret: podSecret } : {}),
    // The controller's own certificate has an authority of its own beside that of the clients (places.ts, controllerPair).
    ...(asksInPod(service) && {
      clientCaSecret: `${release}-${asksAtController(service) ? 'controller' : 'client'}-ca`,
    }),
    ...(asksAtController(service) && { edgeClientCaSecret: `${release}-client-ca` }),
    ...(hasTlsHop(service.mode) ? { upstreamName: upstreamName(service.service, release, namespace) } : {}),
  };
}

function upstreamName(existing: ExistingService | undefined, release: string, namespace: string): string {
  return existing?.serverName ?? `${existing?.name ?? release}.${existing?.namespace ?? namespace}.svc`;
}

/** The article's release names: ic3-svc7, ic3-svc8, ic3-svc9. */
function releaseName(config: Config, service: string): string {
  return `${config.controller.name}-${service}`;
}
