import { judgeValidity, tellEnd } from '../certs/validity.ts';
import type { Config } from '../model/config.ts';
import { listHostCertificates } from '../model/host-certificate.ts';
import type { Notice } from '../model/notice.ts';
import { hasTlsHop } from '../model/mode.ts';
import type { Observed } from '../model/observed.ts';
import { quote } from '../text/escape.ts';

/** A certificate of a person's own by which the pods or the clients of a service are verified. */
export interface NamedAuthority {
  /** In the project. */
  readonly path: string;
  /** Whose certificate it vouches for. */
  readonly of: 'pod' | 'client' | 'edge';
  /** Absent: of those that show a certificate of hosts. */
  readonly service?: string;
  /** Whether a controller verifies by it that takes roots alone. */
  readonly isHop?: true;
  /** Where ingress-tls.yaml names it. */
  readonly at: NonNullable<Notice['path']>;
}

/** Every one that the configuration names, once for each service. */
export function listNamedAuthorities(config: Config, endsAtAnyAuthority = false): readonly NamedAuthority[] {
  const { services } = config;
  const ofServices = services.flatMap(({ name, mode, service, clientAuthDetails, certificate }, index) => {
    const named: readonly (readonly [NamedAuthority['of'], string, string | undefined])[] = [
      ['pod', 'service', service?.authority],
      ['pod', 'certificate', certificate?.authority],
      ['client', 'clientAuth', clientAuthDetails?.authority],
    ];
    return named.flatMap(([of, field, path]): readonly NamedAuthority[] =>
      path === undefined
        ? []
        : [
            {
              ...{ path, of, service: name, at: ['services', index, field, 'authority'] },
              ...(of === 'pod' && hasTlsHop(mode) && !endsAtAnyAuthority && { isHop: true }),
            },
          ],
    );
  });
  return [
    ...listHostCertificates(config).flatMap(({ authority, path }): readonly NamedAuthority[] =>
      authority === undefined ? [] : [{ path: authority, of: 'edge', at: [...path, 'authority'] }],
    ),
    ...ofServices,
  ];
}

/** What is verified by an authority of each kind, and how else it could be. */
function describe({ of, service = '', at }: NamedAuthority) {
  switch (of) {
    case 'pod':
      return {
        whose: `the pod's certificate of ${service}`,
        ...{ is: 'is', isTo: 'is to', signed: 'it' },
        otherwise: `take ${at.includes('certificate') ? 'certificate' : 'authority'} out to have the project sign one`,
      };
    case 'client':
      return {
        whose: `the clients of ${service}`,
        ...{ is: 'are', isTo: 'are to', signed: 'theirs' },
        otherwise: 'take authority out to have the project make authority and client',
      };
    case 'edge':
      return {
        whose: 'the certificate that hosts share',
        ...{ is: 'is', isTo: 'is to', signed: 'it', otherwise: 'take authority out' },
      };
  }
}

/** What keeps them from vouching for anybody. Whether it is an authority at all is not asked: a pod may sign for itself. */
export function judgeAuthorities(
  named: readonly NamedAuthority[],
  { authorities }: Pick<Observed, 'authorities'>,
  now: Date,
): readonly Notice[] {
  return named.flatMap((authority): readonly Notice[] => {
    const { path, at } = authority;
    const { whose, is, isTo, signed, otherwise } = describe(authority);
    const found = authorities.get(path);
    if (found === undefined) {
      return [
        {
          level: 'error',
          code: 'authority-missing',
          message: `${path} is not here, by which ${whose} ${isTo} be verified`,
          remedy: `copy the certificate of the authority that signed ${signed} to ${path}, or ${otherwise}`,
          path: at,
        },
      ];
    }
    if (!found.holdsAnchor)
      return [{ ...noteMissingRoot(authority.isHop === true, path, found.certificate.issuer), path: at }];
    const validity = judgeValidity(found.certificate, now);
    if (validity !== 'expired' && validity !== 'expiring') return [];
    return [
      {
        level: 'warning',
        code: `named-authority-${validity}`,
        message: `${path}, by which ${whose} ${is} verified, ${tellEnd(found.certificate.notAfter, validity, now)}`,
        remedy: `copy the certificate of today to ${path}, then run ingress-tls apply`,
        path: at,
      },
    ];
  });
}

/**
 * Of an authority's file that ends below the root.
 * @param isHop whether a controller verifies by it.
 */
export function noteMissingRoot(isHop: boolean, path: string, issuer: string): Notice {
  return {
    level: isHop ? 'error' : 'warning',
    code: 'authority-not-root',
    // openssl@3.0 crypto/x509/x509_vfy.c, build_chain: without X509_V_FLAG_PARTIAL_CHAIN a chain ends at what signed itself.
    message: `${path} does not hold the root above it, ${quote(issuer)}: OpenSSL, and with it ingress-nginx, verifies nothing by an authority between`,
    remedy: `append the certificate of ${quote(issuer)} to ${path}`,
  };
}
