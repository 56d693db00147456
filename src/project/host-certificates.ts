import { requestHostCertificate, requestWildcard } from '../certs/requests.ts';
import { listServiceNamespaces } from '../kube/namespace.ts';
import type { CertificateRequest } from '../model/certificate.ts';
import type { Config } from '../model/config.ts';
import { listHostCertificates, wildcardName, type HostCertificate } from '../model/host-certificate.ts';
import type { Notice } from '../model/notice.ts';

/** Namespaces with a service that shows the certificate: a route names a Secret beside it. */
export function listShowingNamespaces(config: Config, { services }: HostCertificate): readonly string[] {
  const showing = new Set(services.map(({ namespace = config.namespace }) => namespace));
  return listServiceNamespaces(config).filter((each) => showing.has(each));
}

/** What is asked of whoever makes a certificate that the controller shows. */
export function requestForHosts(
  { name, names, days, keyType = 'rsa-2048' }: HostCertificate,
  domain: string,
): CertificateRequest {
  // It meets clients that nobody chose, the oldest among them. All others are for pods and clients of today, and an RSA key takes a thousand
  // times as long to make.
  return name === wildcardName ? requestWildcard(domain, days, keyType) : requestHostCertificate(names, days, keyType);
}

/** Of those that do nothing yet. */
export function noteUnshown(config: Config): readonly Notice[] {
  return listHostCertificates(config).flatMap(({ name, services, path }): readonly Notice[] =>
    name === wildcardName || services.length > 0
      ? []
      : [
          {
            level: 'info',
            code: 'certificate-unshown',
            message: `No service shows the certificate ${name}: nothing is made of it.`,
            remedy: `Name it in a service: hostCertificate: ${name}.`,
            path,
          },
        ],
  );
}
