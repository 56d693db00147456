import { X509Certificate } from 'node:crypto';
import { printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { NamedObject } from '../../model/gateway.ts';
import type { IngressFacts } from './read-ingresses.ts';

export interface ChosenCertificate {
  readonly certificate?: NamedObject;
  readonly complaint?: string;
}

/**
 * The Secret whose certificate is shown for a host. The first Ingress of the host with a tls section decides: by the entry that
 * lists the host, else by any entry whose certificate covers it (v1.15.1 internal/ingress/controller/controller.go,
 * createServers, extractTLSSecretName). Only the Ingress's own namespace is looked in. Whether the certificate then fits the
 * host is judged by whoever shows it.
 */
export function chooseCertificate(
  index: ObjectIndex,
  host: string,
  ingresses: readonly IngressFacts[],
): ChosenCertificate {
  const ingress = ingresses.find(({ tls }) => tls.length > 0);
  if (ingress === undefined) return {};
  const { namespace } = ingress.object;
  const listed = ingress.tls.find(({ hosts }) => hosts.some((each) => each.toLowerCase() === host));
  const name =
    listed === undefined
      ? ingress.tls
          .map(({ secretName }) => secretName)
          .find((each) => each !== undefined && covers(index, { namespace, name: each }, host))
      : listed.secretName;
  if (name === undefined) return {};
  const certificate = { namespace, name };
  const data = index.findData('Secret', certificate);
  if (data === undefined)
    return { complaint: `there is no Secret ${printName(certificate)}, so the controller's own certificate is shown` };
  if (data['tls.crt'] === undefined || data['tls.key'] === undefined) {
    return {
      complaint: `Secret ${printName(certificate)} has no key pair (tls.crt, tls.key), so the controller's own certificate is shown`,
    };
  }
  return { certificate };
}

function covers(index: ObjectIndex, secret: NamedObject, host: string): boolean {
  try {
    return (
      new X509Certificate(index.findData('Secret', secret)?.['tls.crt'] ?? '').checkHost(host, { subject: 'never' }) !==
      undefined
    );
  } catch {
    return false;
  }
}
