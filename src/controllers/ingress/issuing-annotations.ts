import type { Mode } from '../../model/mode.ts';

/** What cert-manager's ingress-shim takes for a wish to issue (cert-manager@1.21 pkg/controller/certificate-shim/sync.go), and its predecessor's. */
const issuers = /^(?:cert-manager\.io|certmanager\.k8s\.io)\/(?:cluster-)?issuer$/;
/** As Go's strconv.ParseBool reads it. */
const yes = /^(?:1|t|true)$/i;

/**
 * Why an annotation is refused by which cert-manager would write a certificate of its own into the Secret that the route names, whoever
 * made it: tried with 1.21.2, it replaces certificate and key within a second, and undoes within three what is written over it.
 * @returns undefined for all other annotations.
 */
export function refuseIssuing(
  mode: Mode,
  key: string,
  value: string,
): { readonly reason: string; readonly remedy: string } | undefined {
  if (!issuers.test(key) && !(key === 'kubernetes.io/tls-acme' && yes.test(value))) return undefined;
  return mode === 'passthrough'
    ? {
        reason: 'the route of a passthrough service names no Secret into which cert-manager could issue.',
        remedy: 'Remove it: the pod shows its certificate by itself.',
      }
    : {
        reason:
          'cert-manager would put another certificate and key into the Secret that this project brings, for every host that shares it, and go on doing so.',
        remedy:
          'Remove it. To have cert-manager issue the certificate, write certificate: {source: cert-manager}, with issuerRef for an issuer of yours.',
      };
}
