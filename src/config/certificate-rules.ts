import type { Breach } from './trusted.ts';
import type { Path } from './wording.ts';

/** What a `certificate` section says of where the certificate comes from. */
interface Origin {
  readonly source?: unknown;
  readonly authority?: unknown;
  readonly secretName?: unknown;
  readonly issuerRef?: unknown;
}

/** Whether the certificate is a person's own: whoever names the authority of a certificate has it from there. */
export function isBrought({ source, authority }: Origin): boolean {
  return source === undefined
    ? authority !== undefined
    : source === 'files' || source === 'existing' || source === 'cert-manager';
}

/** Whether it is for the certificate alone to say which hosts there are. */
export function decidesHosts(certificate: Origin): boolean {
  return isBrought(certificate) && certificate.source !== 'cert-manager';
}

/** Checks what goes with `source`, in the section of a certificate of hosts. */
export function checkSource(certificate: Origin, path: Path): Breach[] {
  return [...refuseUselessAuthority(certificate, path), ...refuseUselessIssuer(certificate, path)];
}

/** The same for the certificate of a service's pods. @param existing the service's `service` section, empty where it has none. */
export function checkPodCertificate(
  certificate: Origin,
  {
    path,
    mode,
    existing,
    isShown,
  }: {
    readonly path: Path;
    readonly mode: string | undefined;
    readonly existing: Readonly<Record<string, unknown>>;
    /** Whether the controller shows a certificate to the pod. */
    readonly isShown: boolean;
  },
): Breach[] {
  const at = [...path, 'certificate'];
  if (mode === 'terminate') {
    const message =
      'does nothing in terminate: the pod gets plain HTTP, and clients see what the controller shows, of which certificate.source at the top of the file decides, or hostCertificate';
    return [{ path: at, message, role: 'key' }];
  }
  if (existing['authority'] !== undefined) {
    const message =
      'does nothing beside service.authority, which says that the pods have a certificate already: leave one of the two out';
    return [{ path: at, message, role: 'key' }];
  }
  if (certificate.source === 'cert-manager' && Object.keys(existing).length > 0) {
    const message =
      'cert-manager does nothing beside service: those pods mount their Secrets by themselves; name the authority of their certificate in service.authority';
    return [{ path: [...at, 'source'], message }];
  }
  if (certificate.source === 'cert-manager' && isShown && certificate.authority === undefined) {
    const message =
      'cert-manager needs authority beside upstreamClientCertificate: its Secret with the authority has no place for the pair of certs/';
    return [{ path: [...at, 'source'], message }];
  }
  if (mode === 'reencrypt' && decidesHosts(certificate) && certificate.authority === undefined) {
    const message = `${String(certificate.source)} needs authority in reencrypt: the controller verifies the pod by the certificate of who signed it`;
    return [{ path: [...at, 'source'], message }];
  }
  return [
    ...checkSecretName(certificate, at, existing),
    ...refuseUselessAuthority(certificate, at),
    ...refuseUselessIssuer(certificate, at),
  ];
}

/** A Secret is named where the program does not choose its name. */
function checkSecretName(
  { source, secretName }: Origin,
  at: Path,
  existing: Readonly<Record<string, unknown>>,
): Breach[] {
  if (source !== 'existing') {
    const message = 'does nothing without source: existing: the Secret of what is made here has a name of its own';
    return secretName === undefined ? [] : [{ path: [...at, 'secretName'], message, role: 'key' }];
  }
  if (Object.keys(existing).length > 0) {
    const message =
      'existing does nothing beside service: those pods mount their Secrets by themselves; name the authority of their certificate in service.authority';
    return [{ path: [...at, 'source'], message }];
  }
  if (secretName !== undefined) return [];
  return [{ path: [...at, 'source'], message: 'existing needs secretName: the Secret that the pod is to mount' }];
}

function refuseUselessAuthority(certificate: Origin, at: Path): Breach[] {
  if (isBrought(certificate) || certificate.authority === undefined) return [];
  const message = `does nothing beside source: ${String(certificate.source)}: what is made here needs no other authority; use source: files for a certificate of your own`;
  return [{ path: [...at, 'authority'], message, role: 'key' }];
}

function refuseUselessIssuer({ source, issuerRef }: Origin, at: Path): Breach[] {
  if (source === 'cert-manager' || issuerRef === undefined) return [];
  const message = 'does nothing without source: cert-manager';
  return [{ path: [...at, 'issuerRef'], message, role: 'key' }];
}
