import { isInitialNamespace } from '../../kube/namespace.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';

/**
 * The controller's namespace. The label `name` is for the charts' NetworkPolicies: before Kubernetes 1.21 a namespace
 * carries no label with its own name.
 */
export function namespaceObjects(name: string, labels: Labels): readonly KubeObject[] {
  if (isInitialNamespace(name)) return [];
  return [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { name, ...labels } } }];
}
