import type { AnnotationRule } from './annotation-rules.ts';

/** What cert-manager's ingress-shim takes for a wish to issue (cert-manager@1.21 pkg/controller/certificate-shim/sync.go), and its predecessor's. */
const issuers = /^(?:cert-manager\.io|certmanager\.k8s\.io)\/(?:cluster-)?issuer$/;

const wishes: readonly Pick<AnnotationRule, 'matches' | 'allows'>[] = [
  { matches: (key) => issuers.test(key) },
  // As Go's strconv.ParseBool reads it.
  { matches: (key) => key === 'kubernetes.io/tls-acme', allows: (value) => !/^(?:1|t|true)$/i.test(value) },
];

/**
 * Annotations by which cert-manager writes a certificate of its own into the Secret that the route names, whoever made it: tried with
 * 1.21.2, it replaces certificate and key within a second, and undoes within three what is written over it.
 */
export const issuingAnnotations: readonly AnnotationRule[] = wishes.flatMap((wish): readonly AnnotationRule[] => [
  {
    ...wish,
    modes: ['terminate', 'reencrypt'],
    reason:
      'cert-manager would put another certificate and key into the Secret that this project brings, for every host that shares it, and go on doing so.',
    remedy:
      'Remove it. To show what cert-manager issued, copy certificate and key into certs/ and say certificate: {source: files}.',
  },
  {
    ...wish,
    modes: ['passthrough'],
    reason: 'the route of a passthrough service names no Secret into which cert-manager could issue.',
    remedy: 'Remove it: the pod shows its certificate by itself.',
  },
]);
