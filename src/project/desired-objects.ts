import { buildConfigMap, buildSecret } from '../kube/secret.ts';
import { listServiceNamespaces } from '../kube/namespace.ts';
import type { UpstreamCaPlacement } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import type { Labels } from '../model/kube-object.ts';
import { hasOwnCertificate } from '../model/backend.ts';
import type { ObjectFromFiles } from '../model/plan.ts';
import type { DesiredService } from './desired-services.ts';
import { isKeptElsewhere, listHostCertificates, wildcardName } from '../model/host-certificate.ts';
import { listShowingNamespaces } from './host-certificates.ts';
import {
  clientAuthority,
  controllerPair,
  hostPair,
  places,
  podPair,
  podAuthority,
  podClientAuthority,
  secretPath,
  type PairPaths,
} from './places.ts';

/** A file of one object that is made from files in certs/. */
export interface DesiredObject {
  readonly path: string;
  readonly content: ObjectFromFiles;
  /** The service that it is for; absent: for the controller. */
  readonly service?: string;
}

/** The manifests of all Secrets, and of what a profile wants instead of a Secret for the reencrypt hop's authority. */
export function listDesiredObjects(
  config: Config,
  services: readonly DesiredService[],
  labels: Labels,
): readonly DesiredObject[] {
  return [
    ...hostSecrets(config, labels),
    ...services.flatMap((service) =>
      listForService(service, labels).map((object) => ({ ...object, service: service.name })),
    ),
  ];
}

/** The object that holds the authority of a hop; undefined where its route does. */
export function findAuthority(
  objects: readonly DesiredObject[],
  placement: UpstreamCaPlacement,
): DesiredObject | undefined {
  if (placement.kind === 'ChartValue') return undefined;
  const { kind, name, namespace } = placement;
  return objects.find(
    ({ content: { object } }) =>
      object.kind === kind && object.metadata.name === name && object.metadata.namespace === namespace,
  );
}

function listForService(service: DesiredService, labels: Labels): readonly DesiredObject[] {
  return [
    ...(service.podTlsSecret === undefined || !hasOwnCertificate(service)
      ? []
      : [tlsSecret(service.podTlsSecret, service.namespace, labels, podPair(service.name))]),
    ...[
      { name: service.clientCaSecret, authority: podClientAuthority(service) },
      { name: service.edgeClientCaSecret, authority: clientAuthority(service) },
    ].flatMap(({ name, authority }) =>
      name === undefined ? [] : [authoritySecret(name, authority, service.namespace, labels)],
    ),
    ...upstreamAuthority(service, labels),
  ];
}

/** One in each namespace with a service that shows it, the wildcard's in that of the project too: a route names a Secret beside it. */
function hostSecrets(config: Config, labels: Labels): readonly DesiredObject[] {
  return listHostCertificates(config)
    .filter((certificate) => !isKeptElsewhere(certificate))
    .flatMap((certificate) => {
      const showing = listShowingNamespaces(config, certificate);
      const { name, secretName } = certificate;
      return listServiceNamespaces(config)
        .filter((each) => showing.includes(each) || (name === wildcardName && each === config.namespace))
        .map((each) =>
          tlsSecret(secretName, each, labels, hostPair(name), each === config.namespace ? undefined : each),
        );
    });
}

function tlsSecret(name: string, namespace: string, labels: Labels, pair: PairPaths, folder?: string): DesiredObject {
  const data = { 'tls.crt': pair.certificate, 'tls.key': pair.key };
  const content = buildSecret({ name, namespace, labels, type: 'kubernetes.io/tls', data });
  return { path: secretPath(name, folder), content };
}

/** Opaque and without a key: only what pod or controller needs to check who comes. */
function authoritySecret(name: string, authority: string, namespace: string, labels: Labels): DesiredObject {
  const content = buildSecret({ name, namespace, labels, type: 'Opaque', data: { 'ca.crt': authority } });
  return { path: secretPath(name), content };
}

function upstreamAuthority(service: DesiredService, labels: Labels): readonly DesiredObject[] {
  const placement = service.upstreamCa;
  const authority = podAuthority(service);
  if (authority === undefined) return [];
  if (placement?.kind === 'Secret') {
    const { name, namespace, type, key } = placement;
    const { certificate, key: privateKey } = controllerPair(service);
    const isShown = service.upstreamClientCertificate === true && placement.takesClientCertificate === true;
    const data = {
      [key]: authority,
      ...(isShown && { 'tls.crt': certificate, 'tls.key': privateKey }),
    };
    return [{ path: secretPath(name), content: buildSecret({ name, namespace, labels, type, data }) }];
  }
  if (placement?.kind === 'ConfigMap') {
    const { name, namespace, key } = placement;
    const data = { [key]: authority };
    return [{ path: `${places.manifests}/${name}.yaml`, content: buildConfigMap({ name, namespace, labels, data }) }];
  }
  return [];
}
