import type { ServiceIntent } from './config.ts';

/** What answers for a service: the demo backend or an image in a Deployment of the chart, or a Service that is there already. */
export type Backend = 'demo' | 'image' | 'existing';

export function backendOf({ image, service }: Pick<ServiceIntent, 'image' | 'service'>): Backend {
  if (service !== undefined) return 'existing';
  return image === undefined ? 'demo' : 'image';
}

/** Whether the project makes the certificate that the pod serves: not where another authority is named for it. */
export function hasOwnCertificate({ service }: Pick<ServiceIntent, 'service'>): boolean {
  return service?.authority === undefined;
}

/** Where the pod listens, or which port of the Service that is there leads to it; a Service's port may go by its name. */
export function podPort({ port, service }: Pick<ServiceIntent, 'port' | 'service'>): number | string {
  return service?.port ?? port;
}
