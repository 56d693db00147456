import type { Config } from '../model/config.ts';
import { describeHostCertificate, isKeptElsewhere, listHostCertificates } from '../model/host-certificate.ts';
import type { NamedObject } from '../model/gateway.ts';
import { listShowingNamespaces } from './host-certificates.ts';
import { isIssued, isKept } from '../model/backend.ts';
import type { PlannedService } from '../model/chart.ts';
import type { Notice } from '../model/notice.ts';

/** A Secret with certificate and key that somebody, or cert-manager, keeps on the cluster: of the project it has its name alone. */
export interface KeptSecret extends NamedObject {
  /** `the certificate that hosts share`. */
  readonly holds: string;
  /** Whether it is cert-manager that keeps it, for Certificates of the project. */
  readonly isIssued?: true;
  /** Where ingress-tls.yaml names it. */
  readonly path: NonNullable<Notice['path']>;
}

/** Every one, that of the hosts once for each namespace. */
export function listKeptSecrets(config: Config, services: readonly PlannedService[]): readonly KeptSecret[] {
  return [
    ...listHostCertificates(config)
      .filter(isKeptElsewhere)
      .flatMap((certificate) =>
        listShowingNamespaces(config, certificate).map((namespace) => ({
          ...{ namespace, name: certificate.secretName, holds: describeHostCertificate(certificate) },
          ...(certificate.source === 'cert-manager' && ({ isIssued: true } as const)),
          path: [...certificate.path, 'secretName'],
        })),
      ),
    ...services.flatMap((service, index) =>
      service.podTlsSecret === undefined || !isKept(service.certificate)
        ? []
        : [
            {
              ...{ namespace: service.namespace, name: service.podTlsSecret },
              holds: `the pod's certificate of ${service.name}`,
              ...(isIssued(service) && ({ isIssued: true } as const)),
              path: ['services', index, 'certificate', 'secretName'],
            },
          ],
    ),
  ];
}

/** Without a cluster nobody looks whether they are there. */
export function noteKeptSecrets(kept: readonly KeptSecret[]): readonly Notice[] {
  const ofOthers = kept.filter((secret) => secret.isIssued !== true);
  return ofOthers.map(({ namespace, name, holds, path }) => ({
    level: 'warning',
    code: 'secret-expected',
    message: `Secret ${namespace}/${name}, with ${holds}, is not of this project and has to be in the cluster, of type kubernetes.io/tls.`,
    remedy: `Look with kubectl describe secret -n ${namespace} ${name}.`,
    path,
  }));
}
