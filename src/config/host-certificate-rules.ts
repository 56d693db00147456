import { wildcardName } from '../model/host-certificate.ts';
import type { Mode } from '../model/mode.ts';
import { quote } from '../text/escape.ts';
import { coversName } from '../text/host-name.ts';
import { nearest } from '../text/nearest.ts';
import { checkSource, decidesHosts } from './certificate-rules.ts';
import { listPlaces } from './client-rules.ts';
import { hostCertificateSchema } from './schema.ts';
import { accepted, toList, toRecord, type Breach } from './trusted.ts';
import type { Path } from './wording.ts';

/** One of `hostCertificates`, as far as it can be trusted. */
export interface TrustedHostCertificate {
  readonly path: Path;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly name: string | undefined;
  readonly secretName: string | undefined;
  /** Absent: those of its services. */
  readonly names: readonly string[] | undefined;
}

/** What of a service has to do with them. */
interface HostedService {
  readonly path: Path;
  readonly name: string | undefined;
  readonly mode: Mode | undefined;
  readonly hostCertificate: unknown;
  readonly clientAuth: unknown;
}

export function trustHostCertificates(value: unknown): readonly TrustedHostCertificate[] {
  return toList(value).map((entry, index) => {
    const fields = toRecord(entry);
    const name = accepted(hostCertificateSchema.shape.name, fields['name']);
    const given = accepted(hostCertificateSchema.shape.secretName, fields['secretName']);
    return {
      path: ['hostCertificates', index],
      ...{ fields, name },
      secretName: given ?? (name === undefined ? undefined : `${name}-tls`),
      names: accepted(hostCertificateSchema.shape.names, fields['names'])?.map((each) => each.toLowerCase()),
    };
  });
}

/** Checks each by itself and beside the others. @param shared the Secret of the wildcard. */
export function checkHostCertificates(
  certificates: readonly TrustedHostCertificate[],
  services: readonly HostedService[],
  shared: string | undefined,
): Breach[] {
  return certificates.flatMap(({ path, fields, name, secretName }, index): readonly Breach[] => {
    const before = certificates.slice(0, index);
    const at = fields['secretName'] === undefined ? [...path, 'name'] : [...path, 'secretName'];
    const isSecretTaken =
      secretName !== undefined && (secretName === shared || before.some((other) => other.secretName === secretName));
    return [
      ...checkSource(fields, path),
      ...(name === undefined ? [] : refuseTakenName(name, [...path, 'name'], before, services)),
      ...(isSecretTaken
        ? [
            {
              path: at,
              message: `the Secret ${quote(secretName)} is that of another certificate; choose another secretName`,
            },
          ]
        : []),
      ...(fields['names'] !== undefined && decidesHosts(fields)
        ? [
            {
              path: [...path, 'names'],
              message: `does nothing beside source: ${fields['source'] === 'existing' ? 'existing' : 'files'}: the certificate itself says which names it has`,
              role: 'key' as const,
            },
          ]
        : []),
    ];
  });
}

function refuseTakenName(
  name: string,
  path: Path,
  before: readonly TrustedHostCertificate[],
  services: readonly HostedService[],
): Breach[] {
  if (name === wildcardName || name === 'ca') {
    const whose = name === 'ca' ? "the project's authority" : 'the certificate of services that name none';
    return [{ path, message: `certs/${name}.crt is ${whose}; choose another name` }];
  }
  if (before.some((other) => other.name === name)) return [{ path, message: `${quote(name)} is named twice` }];
  const owner = services.find((service) => listPlaces(service).includes(`certs/${name}.crt`));
  if (owner?.name === undefined) return [];
  return [
    {
      path,
      message: `certs/${name}.crt is the place of a certificate of the service ${owner.name}; choose another name`,
    },
  ];
}

/** Checks that a service names one that is there, where it does something. */
export function checkNamedCertificate(
  { path, mode, hostCertificate: named }: HostedService,
  certificates: readonly TrustedHostCertificate[],
): Breach[] {
  if (named === undefined) return [];
  const at = [...path, 'hostCertificate'];
  if (mode === 'passthrough') {
    const message = 'does nothing in passthrough: the pod shows its own, of which certificate decides';
    return [{ path: at, message, role: 'key' }];
  }
  if (typeof named !== 'string' || certificates.some(({ name }) => name === named)) return [];
  const meant = nearest(
    named,
    certificates.flatMap(({ name }) => name ?? []),
  );
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return [{ path: at, message: `hostCertificates has no ${quote(named)}${hint}` }];
}

/** Why a certificate that is made here cannot be shown for a host; undefined where it can, or where the certificate itself will tell. */
export function refuseUncoveredHost(
  { name, names, fields }: TrustedHostCertificate,
  host: string,
  path: Path,
): Breach | undefined {
  if (decidesHosts(fields) || names === undefined || coversName(names, host)) return undefined;
  const message = `${quote(host)} is none of the names of the certificate ${quote(name ?? '')} (${names.join(', ')}); add it to its names`;
  return { path, message };
}
