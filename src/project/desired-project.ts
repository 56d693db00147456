import { endsInPod, podSpeaksTls } from '../model/mode.ts';
import { backendOf, hasOwnCertificate } from '../model/backend.ts';
import { asksAtController } from '../model/client-auth.ts';
import { listNamedAuthorities, type NamedAuthority } from './named-authorities.ts';
import { manifestLabels } from '../kube/ownership.ts';
import { buildNamespace, isInitialNamespace, listServiceNamespaces } from '../kube/namespace.ts';
import type { PlannedService } from '../model/chart.ts';
import { isOptionalInPod } from '../model/client-auth.ts';
import type { Config } from '../model/config.ts';
import type { ControllerProfile, Entry, ManifestLabels, NamedSecret } from '../model/controller-profile.ts';
import type { KubeObject, Manifest } from '../model/kube-object.ts';
import type { Notice } from '../model/notice.ts';
import { acknowledge, judgeAcknowledged } from './acknowledged.ts';
import { listValueNotices } from './value-notices.ts';
import { controllerExpected, noteNeeds } from './expected-controller.ts';
import { places, podAuthority } from './places.ts';
import { listServicePorts } from '../model/paths.ts';
import { planServices, type DesiredService } from './desired-services.ts';
import { listDesiredDigests, type DesiredDigests } from './desired-digests.ts';
import { listDesiredObjects, type DesiredObject } from './desired-objects.ts';
import { planIssued, refuseUnplacedAuthority, type Issued } from './issued-certificates.ts';
import { listKeptSecrets, noteKeptSecrets, type KeptSecret } from './kept-secrets.ts';
import { judgeNamedSecrets } from './named-secrets.ts';
import { noteUnshown } from './host-certificates.ts';
import { listDesiredPairs, type DesiredPair } from './desired-pairs.ts';

/** What a configuration asks for; no state of the project folder enters into it. Its files: desired-files.ts. */
export interface DesiredProject {
  readonly config: Config;
  readonly profile: ControllerProfile;
  readonly services: readonly DesiredService[];
  readonly pairs: readonly DesiredPair[];
  /** Certificates that a person named, by which pods are verified. */
  readonly authorities: readonly NamedAuthority[];
  readonly objects: readonly DesiredObject[];
  readonly digests: readonly DesiredDigests[];
  /** Secrets of somebody else by which annotations guard services. */
  readonly guards: readonly NamedSecret[];
  /** Secrets of somebody else with certificates that hosts or pods show. */
  readonly kept: readonly KeptSecret[];
  /** What cert-manager is asked for: among the manifests too. */
  readonly issued: Issued;
  /** The files in manifests/ in the order of applying, around the Secrets. */
  readonly manifests: { readonly before: readonly ManifestFile[]; readonly after: readonly ManifestFile[] };
  readonly notices: readonly Notice[];
  /** Where clients reach the controller. */
  readonly entry: Entry;
}

/** A file in manifests/ and the objects in it; those made from certificates have none here. */
export interface ManifestFile {
  readonly path: string;
  readonly objects: readonly KubeObject[];
}

/**
 * Decides all that a configuration asks for of a controller.
 * @param otherCodes of notices that other profiles have.
 */
export function buildDesiredProject(
  config: Config,
  profile: ControllerProfile,
  otherCodes: readonly string[] = [],
): DesiredProject {
  const labels = manifestLabels(config.controller.name, config.domain);
  const services = planServices(config, profile);
  const entry = profile.entry(config);
  const objects = listDesiredObjects(config, services, labels.own);
  const guards = judgeNamedSecrets(profile.namedSecrets?.(config) ?? [], objects, profile.notices(config));
  const kept = listKeptSecrets(config, services);
  const issued = planIssued(config, services, labels.own);
  const notices = [
    ...guards.notices,
    ...noteUnshown(config),
    ...noteKeptSecrets(kept),
    ...noteNeeds(config, profile.standIns === undefined ? [] : (profile.existing?.needs(config) ?? [])),
    ...services.flatMap((service, index) => [
      ...noteUnservedCertificate(service),
      ...refuseUnshownCertificate(service, index, profile),
      ...refuseUnaskedCertificate(service, index, profile),
      ...refuseSharedPort(service, index, services),
      ...refuseUnplacedAuthority(service, index),
    ]),
  ];
  const { before, after } = profile.manifests(config, labels);
  const locate = ({ file, objects: content }: Manifest): ManifestFile => ({
    path: `${places.manifests}/${file}`,
    objects: content,
  });
  const authorities = objects
    .filter(({ content }) => content.object.kind !== 'Secret')
    .map(({ path }) => ({ path, objects: [] }));
  return {
    ...{ config, profile, services },
    pairs: listDesiredPairs(config, services, profile.endsAtAnyAuthority),
    authorities: listNamedAuthorities(config, profile.endsAtAnyAuthority),
    objects,
    digests: listDesiredDigests(services),
    guards: guards.foreign,
    ...{ kept, issued },
    manifests: {
      before: [
        ...[...buildServiceNamespaces(config, labels), ...before].map(locate),
        ...(issued.objects.length === 0 ? [] : [locate({ file: 'cert-manager.yaml', objects: issued.objects })]),
        ...authorities,
      ],
      after: after.map(locate),
    },
    notices: [
      ...judgeAcknowledged(config, notices, [
        ...profile.noticeCodes,
        ...otherCodes,
        podCertificate,
        controllerExpected,
        'secret-expected',
        'certificate-unshown',
      ]),
      ...acknowledge(notices, config),
      ...listValueNotices(config, profile.workload, services, entry),
    ],
    entry,
  };
}

/** Each in a file of its own, so that a namespace that somebody else made can be used as it is. */
function buildServiceNamespaces(config: Config, labels: ManifestLabels): readonly Manifest[] {
  // A Service that is there already lies in a namespace that is.
  const services = config.services.filter((service) => backendOf(service) !== 'existing');
  return (
    listServiceNamespaces({ ...config, services })
      // The controller's is the profile's to bring; of a controller that is there already it is somebody else's, whose pods no label of ours may restrict.
      .filter((namespace) => !isInitialNamespace(namespace) && namespace !== config.controller.namespace)
      .map((namespace) => ({ file: `namespace-${namespace}.yaml`, objects: [buildNamespace(namespace, labels.own)] }))
  );
}

/** A pod that demands a certificate which nobody shows would answer nobody. */
function refuseUnshownCertificate(
  { name, upstreamClientCertificate, upstreamCa }: DesiredService,
  index: number,
  profile: ControllerProfile,
): readonly Notice[] {
  const isShown = upstreamCa?.kind === 'Secret' && upstreamCa.takesClientCertificate === true;
  if (upstreamClientCertificate !== true || isShown) return [];
  return [
    {
      level: 'error',
      code: 'upstream-client-certificate',
      message: `${name}: profile ${profile.name} shows no certificate to the pod, which would refuse every connection`,
      remedy: 'Take upstreamClientCertificate out, or choose another controller.profile.',
      path: ['services', index, 'upstreamClientCertificate'],
    },
  ];
}

/** A controller that asks nobody would let everybody in. */
function refuseUnaskedCertificate(
  service: DesiredService,
  index: number,
  profile: ControllerProfile,
): readonly Notice[] {
  if (!asksAtController(service) || profile.asksClients === true) return [];
  return [
    {
      level: 'error',
      code: 'client-auth',
      message: `${service.name}: profile ${profile.name} asks no client for a certificate, so everybody would be let in`,
      remedy: 'Take clientAuth out, let the pod ask (`mode: passthrough`), or choose another controller.profile.',
      path: ['services', index, 'clientAuth'],
    },
  ];
}

/** One pod shows one certificate, and speaks TLS or does not. In reencrypt any certificate of the authority with that name will do. */
function refuseSharedPort(
  service: DesiredService,
  index: number,
  services: readonly DesiredService[],
): readonly Notice[] {
  const { namespace, name } = service;
  for (const led of listServicePorts(service)) {
    const other = services
      .slice(0, index)
      .find(
        (each) =>
          each.namespace === namespace &&
          listServicePorts(each).some((port) => port.name === led.name && port.port === led.port) &&
          !canShare(each, service),
      );
    if (other === undefined) continue;
    return [
      {
        level: 'error',
        code: 'shared-port',
        message: `${other.name} (${other.mode}) and ${name} (${service.mode}) lead to port ${led.port} of Service ${namespace}/${led.name}, and want other certificates of its pods, or none`,
        remedy: 'Lead them to ports of their own, or make one service of them with hosts.',
        path: ['services', index, service.service === undefined ? 'paths' : 'service'],
      },
    ];
  }
  return [];
}

function canShare(one: DesiredService, other: DesiredService): boolean {
  if (podSpeaksTls(one.mode) !== podSpeaksTls(other.mode)) return false;
  const isAnyGood = (service: DesiredService): boolean => !endsInPod(service.mode) || !hasOwnCertificate(service);
  return podAuthority(one) === podAuthority(other) && isAnyGood(one) && isAnyGood(other);
}

const podCertificate = 'pod-certificate';

/** The pods behind a Service that is there already are for others to set up. */
function noteUnservedCertificate(desired: DesiredService): readonly Notice[] {
  const { name, namespace, service, podTlsSecret, clientCaSecret } = desired;
  if (service === undefined || (podTlsSecret === undefined && clientCaSecret === undefined)) return [];
  const wishes = [
    ...(podTlsSecret === undefined ? [] : [`serve the certificate of Secret ${podTlsSecret}`]),
    ...(clientCaSecret === undefined
      ? []
      : [
          isOptionalInPod(desired)
            ? `ask for client certificates of the authority in Secret ${clientCaSecret}, refuse others, and take clients without one`
            : `demand client certificates of the authority in Secret ${clientCaSecret}`,
        ]),
  ];
  const elsewhere =
    podTlsSecret === undefined
      ? ''
      : ' Where they serve another, copy the certificate of the authority that signed it into certs/ and name it in service.authority.';
  return [
    {
      level: 'warning',
      code: podCertificate,
      message: `${name}: the pods of Service ${namespace}/${service.name} have to ${wishes.join(' and ')}.`,
      remedy: `Mount ${wishes.length === 1 ? 'it' : 'them'} there.${elsewhere}`,
    },
  ];
}

/** `node port 30092`, `load balancer port 443`; `port 443` where nothing of ours opens it. */
export function namePort({ kind, port }: Entry): string {
  if (kind === 'existing') return 'which is there already';
  const openers = {
    'node-port': 'node ',
    'load-balancer': 'load balancer ',
    'cluster-ip': 'cluster IP ',
    elsewhere: '',
  };
  return `${openers[kind]}port ${port}`;
}

/**
 * What a person types into a browser once DNS knows the host; for what no browser speaks, what its clients take. With a word for a port
 * that has to be found out.
 */
export function printUrl(
  { port }: Pick<Entry, 'port'>,
  { host, protocol, entryPath = '/' }: Pick<PlannedService, 'host' | 'protocol' | 'entryPath'>,
): string {
  if (protocol !== undefined) return `${host}:${port ?? 'PORT'}`;
  return `https://${host}${port === 443 ? '' : `:${port ?? 'PORT'}`}${entryPath}`;
}
