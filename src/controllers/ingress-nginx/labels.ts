import type { Labels } from '../../model/kube-object.ts';
import type { ControllerNames } from './names.ts';

/**
 * What the Service and the Deployment find the pods by. A selector cannot be changed later, so it holds nothing that could
 * change. The controller counts its replicas by all labels of its own pod (v1.15.1 internal/ingress/status/status.go), so
 * the pods carry these and no others.
 */
export function selectorLabels(names: ControllerNames): Labels {
  return { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/instance': names.fullName };
}
