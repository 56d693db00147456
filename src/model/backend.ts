import type { ServiceIntent } from './config.ts';

/** What answers for a service: the demo backend or an image in a Deployment of the chart, or a Service that is there already. */
export type Backend = 'demo' | 'image' | 'existing';

export function backendOf({ image, service }: Pick<ServiceIntent, 'image' | 'service'>): Backend {
  if (service !== undefined) return 'existing';
  return image === undefined ? 'demo' : 'image';
}

/** Whether the certificate that the pod serves lies in certs/: not where it is in the Secret, or the pod, of somebody else. */
export function hasOwnCertificate({ service, certificate }: Pick<ServiceIntent, 'service' | 'certificate'>): boolean {
  return service?.authority === undefined && !isKept(certificate);
}

/** Whether a pod's certificate is in a Secret that the project does not bring: somebody's, or cert-manager's. */
export function isKept(certificate: ServiceIntent['certificate']): boolean {
  return certificate?.secretName !== undefined || certificate?.source === 'cert-manager';
}

/** Whether it is cert-manager that issues the pod's. */
export function isIssued({ certificate }: Pick<ServiceIntent, 'certificate'>): boolean {
  return certificate?.source === 'cert-manager';
}

/** Where the pod listens, or which port of the Service that is there leads to it; a Service's port may go by its name. */
export function podPort({ port, service }: Pick<ServiceIntent, 'port' | 'service'>): number | string {
  return service?.port ?? port;
}
