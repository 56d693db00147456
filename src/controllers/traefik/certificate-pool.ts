import { X509Certificate } from 'node:crypto';
import { printName, type ObjectIndex } from '../../kube/object-index.ts';
import type { Complaint, NamedObject } from '../../model/gateway.ts';
import { coversName } from '../../text/host-name.ts';
import { complainOf } from '../complaint.ts';

/** The certificates of all Ingresses, in one pool: neither hosts in spec.tls nor the Ingress decide which is shown for a host. */
export interface CertificatePool {
  /** The Secret whose certificate is shown for a host; undefined: the controller's own. `*.x` is asked for as one of its names. */
  readonly find: (host: string) => NamedObject | undefined;
  /** About Secrets that cannot be loaded. */
  readonly complaints: readonly Complaint[];
}

/** An object that names Secrets whose certificates are to be shown. */
export interface CertificateUser {
  readonly kind: string;
  readonly object: NamedObject;
  readonly secrets: readonly NamedObject[];
}

/**
 * Pools certificates as v3.7.13 does: of an Ingress's Secrets those behind the first that cannot be loaded are left out
 * (pkg/provider/kubernetes/ingress-nginx/build.go, loadCertificates); of two certificates with the same names the first by the
 * Secret's name counts (translator.go; pkg/tls/certificate_store.go, appendCertificate); among those that cover a host the last
 * by their names, so that an exact one goes before a wildcard (GetBestCertificate; matchDomain).
 */
export function poolCertificates(index: ObjectIndex, users: readonly CertificateUser[]): CertificatePool {
  const complaints: Complaint[] = [];
  const loaded = new Map<string, { readonly secret: NamedObject; readonly pem: string }>();
  const seen = new Set<string>();
  for (const { kind, object, secrets } of users) {
    for (const secret of secrets) {
      if (seen.has(printName(secret))) continue;
      seen.add(printName(secret));
      const pem = loadPem(index, secret);
      if (typeof pem !== 'string') {
        complaints.push(
          complainOf(
            kind,
            object,
            `${pem.lack}, so another certificate that covers the host is shown, or the controller's own`,
          ),
        );
        break;
      }
      loaded.set(printName(secret), { secret, pem });
    }
  }
  const byNames = new Map<string, { readonly secret: NamedObject; readonly names: readonly string[] }>();
  for (const [key, { secret, pem }] of [...loaded].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const names = readNames(pem);
    if (names === undefined) complaints.push({ text: `Secret ${key} has no certificate that can be read` });
    else if (!byNames.has(names.join())) byNames.set(names.join(), { secret, names });
  }
  const ranked = [...byNames].sort(([one], [other]) => (one < other ? 1 : -1)).map(([, entry]) => entry);
  return { find: (host) => ranked.find(({ names }) => coversName(names, host))?.secret, complaints };
}

function loadPem(index: ObjectIndex, secret: NamedObject): string | { readonly lack: string } {
  const data = index.findData('Secret', secret);
  if (data === undefined) return { lack: `there is no Secret ${printName(secret)}` };
  const pem = data['tls.crt'] ?? '';
  return pem === '' || (data['tls.key'] ?? '') === ''
    ? { lack: `Secret ${printName(secret)} has no key pair (tls.crt, tls.key)` }
    : pem;
}

/** Subject's CN and alternative names, in the order by which the pool compares them (certificate_store.go, parseCertificate). */
function readNames(pem: string): readonly string[] | undefined {
  try {
    const { subject, subjectAltName = '' } = new X509Certificate(pem);
    // Without a subject, as the longest names leave it, it is undefined, whatever @types/node says.
    const commonNames = ((subject as string | undefined) ?? '')
      .split('\n')
      .flatMap((line) => (line.startsWith('CN=') ? [line.slice('CN='.length)] : []));
    const alternatives = subjectAltName
      .split(', ')
      .flatMap((entry) => (/^(?:DNS|IP Address):/.test(entry) ? [entry.slice(entry.indexOf(':') + 1)] : []));
    return [...new Set([...commonNames, ...alternatives].map((name) => name.toLowerCase()))].sort();
  } catch {
    return undefined;
  }
}
