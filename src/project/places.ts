import type { PlannedService } from '../model/chart.ts';
import { isKept } from '../model/backend.ts';
import type { CertificateIntent, ServiceIntent } from '../model/config.ts';
import { wildcardName } from '../model/host-certificate.ts';
import { endsInPod } from '../model/mode.ts';

/** The fixed places of the project folder; people and scripts rely on them. */
export const places = {
  config: 'ingress-tls.yaml',
  schema: 'schema.json',
  certificates: 'certs',
  secrets: 'secrets',
  manifests: 'manifests',
  charts: 'charts',
  state: '.ingress-tls/state.json',
  backup: '.ingress-tls/backup',
  trusted: '.ingress-tls/trusted',
} as const;

/** A certificate and its key, side by side in certs/. */
export interface PairPaths {
  readonly certificate: string;
  readonly key: string;
}

/** Paths of the pair `name` in certs/. */
function pairPaths(name: string): PairPaths {
  return { certificate: `${places.certificates}/${name}.crt`, key: `${places.certificates}/${name}.key` };
}

/** `svc9` of certs/svc9.crt. */
export function nameOfPair({ certificate }: PairPaths): string {
  return certificate.replace(/^.*\/|\.crt$/g, '');
}

/** The command that renews a pair that is due. */
export function renewCommand(paths: PairPaths, isAuthority = false): string {
  return `ingress-tls renew ${nameOfPair(paths)}${isAuthority ? ' --keep-key' : ''}`;
}

/** The kubectl command after which pods hold the certificates and authorities of today: they read them when they start. */
export function restartPods({
  namespace,
  release,
  service,
}: Pick<PlannedService, 'namespace' | 'release' | 'service'>): string {
  if (service !== undefined) return `restart the pods of Service ${namespace}/${service.name}`;
  return `kubectl rollout restart deployment/${release} --namespace ${namespace}`;
}

/** What to do for a pair that is due where it is a person's own. */
export function bringAnother({ certificate, key }: PairPaths): string {
  return `put the new certificate and its key in the places of ${certificate} and ${key}, then run ingress-tls apply`;
}

/** Where the key of the authority waits that is to take the place of another. No service's name has a dot. */
export function successorKey({ certificate }: PairPaths): string {
  return certificate.replace(/crt$/, 'next.key');
}

/** The command that takes the next step in the exchange of an authority. */
export function rotateCommand(paths: PairPaths): string {
  return `ingress-tls rotate-ca ${nameOfPair(paths)}`;
}

export const projectAuthorityPair = pairPaths('ca');

/** The pod's own pair in reencrypt and passthrough. */
export function podPair(service: string): PairPaths {
  return pairPaths(service);
}

/** The pair of a certificate that the controller shows. */
export function hostPair(name: string = wildcardName): PairPaths {
  return pairPaths(name);
}

/** The pair whose certificate a client is shown: the pod's own where TLS ends there, else that of its hosts. */
export function shownPair({
  name,
  mode,
  hostCertificate,
}: Pick<ServiceIntent, 'name' | 'mode' | 'hostCertificate'>): PairPaths {
  return endsInPod(mode) ? podPair(name) : hostPair(hostCertificate);
}

/**
 * The certificate by which the pod's own is verified: the project's authority, unless another one is named or it is a person's own. Undefined
 * where nobody names one for what somebody keeps on the cluster.
 */
export function podAuthority({
  name,
  service,
  certificate,
}: Pick<ServiceIntent, 'name' | 'service' | 'certificate'>): string | undefined {
  const named = service?.authority ?? certificate?.authority;
  if (named !== undefined || isKept(certificate)) return named;
  return (certificate === undefined ? projectAuthorityPair : podPair(name)).certificate;
}

/** The file by which a client believes what it is shown: an authority's certificate, or the very one that is shown; undefined: none is here. */
export function trustedCertificate(
  service: Pick<
    PlannedService,
    'name' | 'mode' | 'service' | 'certificate' | 'hostCertificate' | 'edgeAuthority' | 'keptSecret'
  >,
): string | undefined {
  if (endsInPod(service.mode)) return podAuthority(service);
  return service.edgeAuthority ?? (service.keptSecret === undefined ? shownPair(service).certificate : undefined);
}

/** The file of an authority by which a certificate of hosts is verified; undefined where there is none but what it holds itself. */
export function edgeAuthority({ source, authority }: CertificateIntent): string | undefined {
  return source === 'project' ? projectAuthorityPair.certificate : authority;
}

/** The authority of one service's clients: one for each service, so that its clients open no other. */
export function clientAuthorityPair(service: string): PairPaths {
  return pairPaths(`${service}-client-ca`);
}

/** The ready-made client certificate of a service. */
export function clientPair(service: string): PairPaths {
  return pairPaths(`${service}-client`);
}

/** The certificate of one person who is a client of a service. */
export function personPair(service: string, person: string): PairPaths {
  return pairPaths(`${service}-client-${person}`);
}

/** The certificate by which clients are verified: that of the service's own authority, unless another one is named. */
export function clientAuthority({
  name,
  clientAuthDetails,
}: Pick<ServiceIntent, 'name' | 'clientAuthDetails'>): string {
  return clientAuthDetails?.authority ?? clientAuthorityPair(name).certificate;
}

type ClientOwner = Pick<ServiceIntent, 'name' | 'clientAuth'>;

/** What the controller shows to the pod in reencrypt. Where clients have one too it is not theirs: they would pass for the controller. */
export function controllerPair({ name, clientAuth }: ClientOwner): PairPaths {
  return clientAuth ? pairPaths(`${name}-controller`) : clientPair(name);
}

/** The authority of `controllerPair`, by which the pod knows the controller. */
export function controllerAuthorityPair({ name, clientAuth }: ClientOwner): PairPaths {
  return clientAuth ? pairPaths(`${name}-controller-ca`) : clientAuthorityPair(name);
}

/** By which the pod checks who opens TLS to it: a client, or the controller. */
export function podClientAuthority(service: ClientOwner & Pick<ServiceIntent, 'mode' | 'clientAuthDetails'>): string {
  return endsInPod(service.mode) ? clientAuthority(service) : controllerAuthorityPair(service).certificate;
}

/** Path of the manifest of a Secret. @param folder for one whose name another Secret of the project has, in another namespace. */
export function secretPath(secretName: string, folder?: string): string {
  return [places.secrets, ...(folder === undefined ? [] : [folder]), `${secretName}.yaml`].join('/');
}

/** Folder of a service's chart. */
export function chartFolder(service: string): string {
  return `${places.charts}/${service}`;
}
