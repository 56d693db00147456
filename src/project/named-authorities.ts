import { formatDate } from '../certs/validity.ts';
import type { Config } from '../model/config.ts';
import type { Notice } from '../model/notice.ts';
import type { Observed } from '../model/observed.ts';

/** A certificate of a person's own by which the pods or the clients of a service are verified. */
export interface NamedAuthority {
  /** In the project. */
  readonly path: string;
  /** Whose certificate it vouches for. */
  readonly of: 'pod' | 'client';
  readonly service: string;
  /** Where ingress-tls.yaml names it. */
  readonly at: NonNullable<Notice['path']>;
}

/** Every one that the configuration names, once for each service. */
export function listNamedAuthorities({ services }: Config): readonly NamedAuthority[] {
  return services.flatMap(({ name, service, clientAuthDetails }, index) => {
    const named: readonly (readonly [NamedAuthority['of'], string, string | undefined])[] = [
      ['pod', 'service', service?.authority],
      ['client', 'clientAuth', clientAuthDetails?.authority],
    ];
    return named.flatMap(([of, field, path]): readonly NamedAuthority[] =>
      path === undefined ? [] : [{ path, of, service: name, at: ['services', index, field, 'authority'] }],
    );
  });
}

/** What keeps them from vouching for anybody. Whether it is an authority at all is not asked: a pod may sign for itself. */
export function judgeAuthorities(
  named: readonly NamedAuthority[],
  { authorities }: Pick<Observed, 'authorities'>,
  now: Date,
): readonly Notice[] {
  return named.flatMap(({ path, of, service, at }): readonly Notice[] => {
    const purpose = of === 'pod' ? `the pod's certificate of ${service}` : `the clients of ${service}`;
    const [is, are] = of === 'pod' ? ['is to be', 'is'] : ['are to be', 'are'];
    const otherwise =
      of === 'pod'
        ? 'take authority out to have the project sign one'
        : 'take authority out to have the project make authority and client';
    const found = authorities.get(path);
    if (found === undefined) {
      return [
        {
          level: 'error',
          code: 'authority-missing',
          message: `${path} is not here, by which ${purpose} ${is} verified`,
          remedy: `copy the certificate of the authority that signed ${of === 'pod' ? 'it' : 'theirs'} to ${path}, or ${otherwise}`,
          path: at,
        },
      ];
    }
    if (found.notAfter > now) return [];
    return [
      {
        level: 'warning',
        code: 'named-authority-expired',
        message: `${path}, by which ${purpose} ${are} verified, expired on ${formatDate(found.notAfter, now)}`,
        remedy: `copy the certificate of today to ${path}, then run ingress-tls apply`,
        path: at,
      },
    ];
  });
}
