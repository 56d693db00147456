import { certificateDigests } from '../charts/chart.ts';
import { backendOf, hasOwnCertificate } from '../model/backend.ts';
import type { CertificateDigests } from '../model/plan.ts';
import type { DesiredService } from './desired-services.ts';
import { chartFolder, podClientAuthority, podPair } from './places.ts';

/** A file of a chart that changes with the certificates that its pods read. */
export interface DesiredDigests {
  readonly path: string;
  readonly content: CertificateDigests;
}

/**
 * One for each chart whose pods read certificates. A program may read them once, when it starts (Caddy and most others do), and
 * Kubernetes starts no pod anew for a changed Secret. As a file of the chart its digest is seen by whatever deploys the chart.
 */
export function listDesiredDigests(services: readonly DesiredService[]): readonly DesiredDigests[] {
  return services.flatMap((service) => {
    const certificates = [
      ...(service.podTlsSecret === undefined || !hasOwnCertificate(service) ? [] : [podPair(service.name).certificate]),
      ...(service.clientCaSecret === undefined ? [] : [podClientAuthority(service)]),
    ];
    if (certificates.length === 0 || backendOf(service) === 'existing') return [];
    return [{ path: `${chartFolder(service.name)}/${certificateDigests}`, content: { certificates } }];
  });
}
