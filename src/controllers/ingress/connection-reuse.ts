import { listHosts } from '../../model/hosts.ts';
import type { Config, ServiceIntent } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { coversName } from '../../text/host-name.ts';
import {
  isOwnCertificate,
  listHostCertificates,
  wildcardName,
  type HostCertificate,
} from '../../model/host-certificate.ts';
import { listNames } from './list-names.ts';
import { endsInPod } from '../../model/mode.ts';

/**
 * The passthrough services whose requests a browser may send to the controller instead of to the pod: having opened a
 * terminated host over HTTP/2, it may reuse that connection for every name that the shown certificate covers (RFC 9113,
 * 9.1.1). The connection is then open at the controller, which never passes it through. Empty where the wildcard covers no
 * passthrough host, or where nothing is terminated under the wildcard.
 */
export function findServicesAtRisk(config: Config): readonly ServiceIntent[] {
  return config.services.filter((service) => findHostsAtRisk(config, service).length > 0);
}

/** What a person's own certificate covers is not said in ingress-tls.yaml: it may be any of them. */
function findHostsAtRisk(config: Config, service: ServiceIntent): readonly string[] {
  if (!endsInPod(service.mode)) return [];
  const shown = listShown(config);
  return listHosts(service).filter((host) =>
    shown.some((certificate) => isOwnCertificate(certificate) || coversName(certificate.names, host)),
  );
}

function listShown(config: Config): readonly HostCertificate[] {
  return listHostCertificates(config).filter(({ services }) => services.length > 0);
}

/** Says that HTTP/2 is off, because of which hosts, and how to get it back; nothing where it is on. */
export function noteConnectionReuse(config: Config): readonly Notice[] {
  const atRisk = findServicesAtRisk(config);
  const [first] = atRisk;
  if (first === undefined) return [];
  const isOwn = listShown(config).some(isOwnCertificate);
  const hosts = listNames(atRisk.flatMap((service) => findHostsAtRisk(config, service)));
  const isWildcards = listShown(config).some(({ name }) => name === wildcardName);
  const shown = isWildcards ? 'the wildcard certificate' : 'a certificate of terminated hosts';
  return [
    {
      level: 'info',
      code: 'http2-coalescing',
      message:
        `HTTP/2 is off on controller ${config.controller.name}: ${isOwn ? 'your own certificate may cover' : `${shown} also covers`} ${hosts}, so a browser ` +
        `could send requests for it down a connection that ends at the controller, past the pod's own TLS.`,
      remedy: isOwn
        ? 'To have HTTP/2, let the project make the certificate of the terminated hosts (certificate.source).'
        : `To have HTTP/2, give the passthrough service a host that ${isWildcards ? `*.${config.domain}` : 'it'} does not cover, for instance ` +
          `${first.name}.direct.${config.domain}, or the terminated hosts a certificate of their names alone (hostCertificate).`,
    },
  ];
}
