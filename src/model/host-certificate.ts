import type { CertificateIntent, Config, ServiceIntent } from './config.ts';
import { listHosts } from './hosts.ts';
import { endsInPod } from './mode.ts';

/** A certificate that the controller shows for hosts: the wildcard of the domain, or one that ingress-tls.yaml has beside it. */
export interface HostCertificate extends CertificateIntent {
  /** Names its pair in certs/; `wildcard`: the one of services that name none. */
  readonly name: string;
  /** What it is made for where it is made. */
  readonly names: readonly string[];
  /** Those that show it. */
  readonly services: readonly ServiceIntent[];
  /** Where ingress-tls.yaml speaks of it. */
  readonly path: readonly (string | number)[];
}

export const wildcardName = 'wildcard';

/** Every one, the wildcard first; of one that no service shows nothing is made. */
export function listHostCertificates(config: Config): readonly HostCertificate[] {
  const { domain, certificate, hostCertificates = [] } = config;
  return [
    {
      ...{ ...certificate, name: wildcardName, names: [`*.${domain}`, domain], path: ['certificate'] },
      services: listShowing(config, undefined),
    },
    ...hostCertificates.map((each, index) => {
      const services = listShowing(config, each.name);
      const { names = [...new Set(services.flatMap(listHosts))].sort() } = each;
      return { ...each, names, services, path: ['hostCertificates', index] };
    }),
  ];
}

/** The one that a service shows at the controller. */
export function findHostCertificate(
  { certificate, hostCertificates = [] }: Config,
  { hostCertificate }: Pick<ServiceIntent, 'hostCertificate'>,
): CertificateIntent {
  return hostCertificates.find(({ name }) => name === hostCertificate) ?? certificate;
}

function listShowing({ services }: Config, name: string | undefined): readonly ServiceIntent[] {
  return services.filter(({ mode, hostCertificate }) => !endsInPod(mode) && hostCertificate === name);
}

/** Domains beside the project's for which its own authority issues. */
export function listOtherDomains(config: Config): readonly string[] {
  const issued = listHostCertificates(config).filter(
    ({ source, issuerRef }) => source === 'project' || (source === 'cert-manager' && issuerRef === undefined),
  );
  const names = issued.flatMap(({ names: own }) => own.map((name) => name.replace(/^\*\./, '')));
  return [...new Set(names)].filter((name) => name !== config.domain && !name.endsWith(`.${config.domain}`)).sort();
}

/** `the certificate that hosts share`. */
export function describeHostCertificate({ name }: Pick<HostCertificate, 'name'>): string {
  return name === wildcardName ? 'the certificate that hosts share' : `the certificate ${name} of hosts`;
}

/** Whether it is in a Secret that the project does not bring. */
export function isKeptElsewhere({ source }: Pick<CertificateIntent, 'source'>): boolean {
  return source === 'existing' || source === 'cert-manager';
}

/** Whether it is a person's own, so that ingress-tls.yaml does not say which names it has. */
export function isOwnCertificate({ source }: Pick<CertificateIntent, 'source'>): boolean {
  return source === 'files' || source === 'existing';
}
