import { formatDate } from '../certs/validity.ts';
import type { Config } from '../model/config.ts';
import type { Notice } from '../model/notice.ts';
import type { Observed } from '../model/observed.ts';

/** A certificate of a person's own by which the pods of a service are verified. */
export interface NamedAuthority {
  /** In the project. */
  readonly path: string;
  readonly service: string;
  /** Where ingress-tls.yaml names it. */
  readonly at: NonNullable<Notice['path']>;
}

/** Every one that the configuration names, once for each service. */
export function listNamedAuthorities({ services }: Config): readonly NamedAuthority[] {
  return services.flatMap(({ name, service }, index) =>
    service?.authority === undefined
      ? []
      : [{ path: service.authority, service: name, at: ['services', index, 'service', 'authority'] }],
  );
}

/** What keeps them from vouching for a pod. Whether it is an authority at all is not asked: a pod may sign for itself. */
export function judgeAuthorities(
  named: readonly NamedAuthority[],
  { authorities }: Pick<Observed, 'authorities'>,
  now: Date,
): readonly Notice[] {
  return named.flatMap(({ path, service, at }): readonly Notice[] => {
    const found = authorities.get(path);
    if (found === undefined) {
      return [
        {
          level: 'error',
          code: 'authority-missing',
          message: `${path} is not here, by which the pod's certificate of ${service} is to be verified`,
          remedy: `copy the certificate of the authority that signed it to ${path}, or take authority out to have the project sign one`,
          path: at,
        },
      ];
    }
    if (found.notAfter > now) return [];
    return [
      {
        level: 'warning',
        code: 'named-authority-expired',
        message: `${path}, by which the pod's certificate of ${service} is verified, expired on ${formatDate(found.notAfter, now)}`,
        remedy: `copy the certificate of today to ${path}, then run ingress-tls apply`,
        path: at,
      },
    ];
  });
}
