import type { ServiceIntent } from './config.ts';
import { endsInPod } from './mode.ts';

/** Whether it is the controller that asks clients for their certificate. */
export function asksAtController({ mode, clientAuth }: Pick<ServiceIntent, 'mode' | 'clientAuth'>): boolean {
  return clientAuth && !endsInPod(mode);
}

/** Whether the pod asks for a certificate: the client's in passthrough, the controller's in reencrypt. */
export function asksInPod({
  mode,
  clientAuth,
  upstreamClientCertificate,
}: Pick<ServiceIntent, 'mode' | 'clientAuth' | 'upstreamClientCertificate'>): boolean {
  return (clientAuth && endsInPod(mode)) || upstreamClientCertificate === true;
}

/** Whether who comes without a certificate is refused. */
export function demandsCertificate({
  clientAuth,
  clientAuthDetails,
}: Pick<ServiceIntent, 'clientAuth' | 'clientAuthDetails'>): boolean {
  return clientAuth && clientAuthDetails?.isOptional !== true;
}

/** Whether the pod takes clients without a certificate, and refuses those with a wrong one. */
export function isOptionalInPod({
  mode,
  clientAuthDetails,
}: Pick<ServiceIntent, 'mode' | 'clientAuthDetails'>): boolean {
  return endsInPod(mode) && clientAuthDetails?.isOptional === true;
}

/** Whether the project makes a certificate for the clients: not where another authority is named for them. */
export function hasOwnClients({
  clientAuth,
  clientAuthDetails,
}: Pick<ServiceIntent, 'clientAuth' | 'clientAuthDetails'>): boolean {
  return clientAuth && clientAuthDetails?.authority === undefined;
}

/** Who gets a certificate of the service's own authority, beside the ready-made one. */
export function listPersons(service: Pick<ServiceIntent, 'clientAuth' | 'clientAuthDetails'>): readonly string[] {
  return hasOwnClients(service) ? (service.clientAuthDetails?.clients ?? []) : [];
}
