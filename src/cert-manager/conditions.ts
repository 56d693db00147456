import { numberField, textField } from '../kube/object-fields.ts';
import { conditionOf } from '../kube/workload-readiness.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { certificateKind } from './objects.ts';

/** How a Certificate is: issued as it says by now, or what cert-manager says of it. `isGivenUp`: nothing comes of waiting. */
export type Issue =
  { readonly isIssued: true } | { readonly isIssued: false; readonly why: string; readonly isGivenUp: boolean };

/** The annotation of Secrets and CertificateRequests that names their Certificate (cert-manager@1.21 pkg/apis/certmanager/v1/types.go). */
export const certificateNameAnnotation = 'cert-manager.io/certificate-name';

/** By its conditions. While it is issued anew it may be Ready for the sake of a temporary certificate (tried with 1.21.2). */
export function readIssue(certificate: KubeObject | undefined): Issue {
  if (certificate === undefined) return { isIssued: false, why: 'it is not there', isGivenUp: false };
  const ready = conditionOf(certificate, 'Ready');
  const isIssuing = textField(conditionOf(certificate, 'Issuing'), 'status') === 'True';
  const isCurrent =
    (numberField(ready, 'observedGeneration') ?? 0) >= (numberField(certificate, 'metadata', 'generation') ?? 0);
  if (textField(ready, 'status') === 'True' && !isIssuing && isCurrent) return { isIssued: true };
  const message = textField(isIssuing ? conditionOf(certificate, 'Issuing') : ready, 'message');
  // After a failure it is tried again in an hour at the earliest (cert-manager.io docs: faq, "What happens if issuance fails?").
  const isGivenUp = isCurrent && !isIssuing && textField(certificate, 'status', 'lastFailureTime') !== undefined;
  return { isIssued: false, why: message ?? 'cert-manager has not looked at it: it may not run', isGivenUp };
}

export function isCertificate({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): boolean {
  return kind === certificateKind && apiVersion.startsWith('cert-manager.io/');
}

/** What the requests of a Certificate say of why nothing is issued, the newest first. */
export function explainRequests(name: string, requests: readonly KubeObject[]): readonly string[] {
  return requests
    .filter(({ metadata }) => metadata.annotations?.[certificateNameAnnotation] === name)
    .sort((one, other) => timeOf(other).localeCompare(timeOf(one)))
    .flatMap((request) =>
      ['InvalidRequest', 'Denied', 'Ready'].flatMap((type) => {
        const condition = conditionOf(request, type);
        const message = textField(condition, 'message');
        const isBad = textField(condition, 'status') === (type === 'Ready' ? 'False' : 'True');
        return message === undefined || !isBad ? [] : [`CertificateRequest ${request.metadata.name}: ${message}`];
      }),
    )
    .slice(0, 2);
}

function timeOf(request: KubeObject): string {
  return textField(request, 'metadata', 'creationTimestamp') ?? '';
}
