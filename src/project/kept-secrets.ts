import { listServiceNamespaces } from '../kube/namespace.ts';
import type { Config } from '../model/config.ts';
import type { NamedObject } from '../model/gateway.ts';
import { isIssued, isKept } from '../model/backend.ts';
import type { PlannedService } from '../model/chart.ts';
import { endsInPod } from '../model/mode.ts';
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

/** Whether the certificate that hosts share is in a Secret that the project does not bring. */
export function isKeptForHosts({ certificate: { source } }: Pick<Config, 'certificate'>): boolean {
  return source === 'existing' || source === 'cert-manager';
}

/** Namespaces with a service that shows the certificate that hosts share: a route names a Secret beside it. */
export function listShowingNamespaces(config: Config): readonly string[] {
  const { namespace: usual, services } = config;
  const showing = new Set(services.flatMap(({ mode, namespace = usual }) => (endsInPod(mode) ? [] : [namespace])));
  return listServiceNamespaces(config).filter((each) => showing.has(each));
}

/** Every one, that of the hosts once for each namespace. */
export function listKeptSecrets(config: Config, services: readonly PlannedService[]): readonly KeptSecret[] {
  const { certificate } = config;
  const ofHosts = isKeptForHosts(config) ? listShowingNamespaces(config) : [];
  return [
    ...ofHosts.map((namespace) => ({
      ...{ namespace, name: certificate.secretName, holds: 'the certificate that hosts share' },
      ...(certificate.source === 'cert-manager' && ({ isIssued: true } as const)),
      path: ['certificate', 'secretName'],
    })),
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
