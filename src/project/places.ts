import type { ServiceIntent } from '../model/config.ts';
import { endsInPod, type Mode } from '../model/mode.ts';

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
} as const;

/** What decides which certificates a service has to do with. */
interface ModeOf {
  readonly mode: Mode;
}

/** A certificate and its key, side by side in certs/. */
export interface PairPaths {
  readonly certificate: string;
  readonly key: string;
}

/** Paths of the pair `name` in certs/. */
function pairPaths(name: string): PairPaths {
  return { certificate: `${places.certificates}/${name}.crt`, key: `${places.certificates}/${name}.key` };
}

export const wildcardPair = pairPaths('wildcard');
export const projectAuthorityPair = pairPaths('ca');

/** The pod's own pair in reencrypt and passthrough. */
export function podPair(service: string): PairPaths {
  return pairPaths(service);
}

/** The pair whose certificate a client is shown: the pod's own where TLS ends there, else the one that hosts share. */
export function shownPair({ name, mode }: ModeOf & { readonly name: string }): PairPaths {
  return endsInPod(mode) ? podPair(name) : wildcardPair;
}

/** The certificate by which the pod's own is verified: the project's authority, unless another one is named. */
export function podAuthority({ service }: Pick<ServiceIntent, 'service'>): string {
  return service?.authority ?? projectAuthorityPair.certificate;
}

/** The certificate that a client trusts to believe what it is shown. */
export function trustedCertificate(service: Pick<ServiceIntent, 'mode' | 'service'>): string {
  return endsInPod(service.mode) ? podAuthority(service) : wildcardPair.certificate;
}

/** The authority of one service's clients: one for each service, so that its clients open no other. */
export function clientAuthorityPair(service: string): PairPaths {
  return pairPaths(`${service}-client-ca`);
}

/** The ready-made client certificate of a service. */
export function clientPair(service: string): PairPaths {
  return pairPaths(`${service}-client`);
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
