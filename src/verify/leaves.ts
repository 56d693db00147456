import { coversName } from '../text/host-name.ts';
import type { CertificateFacts } from '../model/certificate.ts';
import type { GatewayBehaviour } from '../model/gateway.ts';
import type { VerifyContext, VerifySubject } from './subject.ts';
import { endsInPod } from '../model/mode.ts';

/** Whose certificate it is that was shown. */
export type LeafOwner =
  | { readonly kind: 'expected' }
  /** The controller's own, for names that it has no certificate for. */
  | { readonly kind: 'fallback' }
  /** That of another service's pod, or this one's own where the controller's was expected. */
  | { readonly kind: 'pod'; readonly service: string }
  /** One that the controller shows for other hosts. */
  | { readonly kind: 'edge' }
  /** Subject and names are the expected ones: made earlier or later than what is in certs/. */
  | { readonly kind: 'edition' }
  | { readonly kind: 'foreign' };

/** Says whose certificate was shown where `subject.leaf` was expected. */
export function identifyLeaf(
  { behaviour, subjects }: VerifyContext,
  subject: VerifySubject,
  leaf: CertificateFacts,
): LeafOwner {
  if (leaf.fingerprint === subject.leaf?.fingerprint) return { kind: 'expected' };
  if (isFallback(behaviour, leaf)) return { kind: 'fallback' };
  if (isEdition(subject.leaf, leaf)) return { kind: 'edition' };
  const others = subjects.filter(({ service }) => service.name !== subject.service.name);
  if (others.some((other) => endsAtController(other) && isSame(other.leaf, leaf))) return { kind: 'edge' };
  const pod = [subject, ...others].find((other) => isPodOf(other, leaf));
  if (pod !== undefined) return { kind: 'pod', service: pod.service.name };
  return isLeafOf(subject, leaf) ? { kind: 'expected' } : { kind: 'foreign' };
}

/**
 * Whether a certificate may be the one that must be shown: of a pod whose certificate the project does not have, any for its host. Whose
 * authority vouches for it is the check `trust`'s.
 */
export function isLeafOf({ leaf: expected, service }: VerifySubject, leaf: CertificateFacts): boolean {
  return expected === undefined ? coversName(leaf.dnsNames, service.host) : expected.fingerprint === leaf.fingerprint;
}

/** Whether TLS ends at the controller for a service, by its intent. */
export function endsAtController({ service }: VerifySubject): boolean {
  return !endsInPod(service.mode);
}

/**
 * Whether a certificate is the controller's own, by its subject: the key and the serial number are made anew with every pod
 * (kubernetes/ingress-nginx@controller-v1.15.1 internal/net/ssl/ssl.go).
 */
function isFallback(
  { fallbackCertificate: { commonName, organization } }: GatewayBehaviour,
  { subject }: CertificateFacts,
): boolean {
  const attributes = subject.split(', ');
  return (
    attributes.includes(`CN=${commonName}`) && (organization === undefined || attributes.includes(`O=${organization}`))
  );
}

/** A reencrypt pod's certificate is not the one that is expected first, but its name is known. */
function isPodOf({ service, leaf: expected }: VerifySubject, leaf: CertificateFacts): boolean {
  if (endsInPod(service.mode)) return isSame(expected, leaf);
  return service.upstreamName !== undefined && leaf.dnsNames.includes(service.upstreamName);
}

function isSame(expected: CertificateFacts | undefined, leaf: CertificateFacts): boolean {
  return expected?.fingerprint === leaf.fingerprint || isEdition(expected, leaf);
}

function isEdition(expected: CertificateFacts | undefined, leaf: CertificateFacts): boolean {
  if (expected === undefined) return false;
  return expected.subject === leaf.subject && expected.dnsNames.length > 0 && listNames(expected) === listNames(leaf);
}

function listNames({ dnsNames }: CertificateFacts): string {
  return [...dnsNames].sort().join(' ');
}
