import type { PlannedService } from '../model/chart.ts';
import type { Explanation } from './finding.ts';
import type { VerifyContext } from './subject.ts';

/** What another check looks into more closely. */
export const mendCertificate = 'mend the check certificate: it says whose certificate it is';
export const mendCertificateFirst = 'mend the check certificate first, then run ingress-tls verify again';
export const mendPassthrough = 'mend the check certificate: the connection must be passed through';

/** The kubectl command that lists what serves a host. */
export function listObjects({ namespace, release }: PlannedService): string {
  return `kubectl get ingress,service,pods --namespace ${namespace} --selector app.kubernetes.io/instance=${release}`;
}

/** The kubectl command that shows the annotations of a service's route. */
export function describeIngress({ namespace, release }: PlannedService): string {
  return `kubectl describe ingress ${release} --namespace ${namespace}`;
}

/** The kubectl command after which pods hold the certificates and authorities of today: they read them when they start. */
export function restartPods({ namespace, release }: PlannedService): string {
  return `kubectl rollout restart deployment/${release} --namespace ${namespace}`;
}

/** The controller knows nothing of the host. */
export function missingRoute({ config }: VerifyContext, service: PlannedService): Explanation {
  return {
    cause: `the controller has no route for ${service.host}: the Ingress is missing, or is of another class than ${config.controller.name}`,
    remedy: `ingress-tls apply; then ${listObjects(service)}`,
  };
}
