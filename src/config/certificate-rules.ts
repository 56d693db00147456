import type { Breach } from './trusted.ts';
import type { Path } from './wording.ts';

/** What a `certificate` section says of where the certificate comes from. */
interface Origin {
  readonly source?: unknown;
  readonly authority?: unknown;
}

/** Whether the certificate is a person's own: whoever names the authority of a certificate has it from there. */
export function isBrought({ source, authority }: Origin): boolean {
  return source === undefined ? authority !== undefined : source === 'files';
}

/** Checks what goes with `source`, in the section of the certificate that hosts share. */
export function checkSource(certificate: Origin): Breach[] {
  return refuseUselessAuthority(certificate, ['certificate']);
}

/** The same for the certificate of a service's pods. @param existing the service's `service` section, empty where it has none. */
export function checkPodCertificate(
  certificate: Origin,
  {
    path,
    mode,
    existing,
  }: { readonly path: Path; readonly mode: string | undefined; readonly existing: Readonly<Record<string, unknown>> },
): Breach[] {
  const at = [...path, 'certificate'];
  if (mode === 'terminate') {
    const message =
      'does nothing in terminate: the pod gets plain HTTP, and clients see certs/wildcard.crt, of which certificate.source at the top of the file decides';
    return [{ path: at, message, role: 'key' }];
  }
  if (existing['authority'] !== undefined) {
    const message =
      'does nothing beside service.authority, which says that the pods have a certificate already: leave one of the two out';
    return [{ path: at, message, role: 'key' }];
  }
  if (mode === 'reencrypt' && isBrought(certificate) && certificate.authority === undefined) {
    const message =
      'files needs authority in reencrypt: the controller verifies the pod by the certificate of who signed it';
    return [{ path: [...at, 'source'], message }];
  }
  return refuseUselessAuthority(certificate, at);
}

function refuseUselessAuthority(certificate: Origin, at: Path): Breach[] {
  if (isBrought(certificate) || certificate.authority === undefined) return [];
  const message = `does nothing beside source: ${String(certificate.source)}: what is made here needs no other authority; use source: files for a certificate of your own`;
  return [{ path: [...at, 'authority'], message, role: 'key' }];
}
