import type { Config } from '../model/config.ts';
import type { KubeObject, Labels } from '../model/kube-object.ts';

/** Namespaces that every cluster has (kubernetes@1.35 docs: namespaces, initial namespaces): never ours to make or label. */
const initialNamespaces: ReadonlySet<string> = new Set(['default', 'kube-node-lease', 'kube-public', 'kube-system']);

export function isInitialNamespace(name: string): boolean {
  return initialNamespaces.has(name);
}

/** Pod Security admission (kubernetes@1.35 docs: pod-security-admission); older clusters ignore the labels. */
const restricted = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/audit': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};

/** A namespace that holds its pods to the restricted Pod Security Standard. */
export function buildNamespace(name: string, labels: Labels): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels, ...restricted } } };
}

/** Namespaces with services of a project: its own, which has the wildcard's Secret in any case, then those that services name, sorted. */
export function listServiceNamespaces({
  namespace,
  services,
}: Pick<Config, 'namespace' | 'services'>): readonly string[] {
  const named = services.flatMap((service) => (service.namespace === undefined ? [] : [service.namespace]));
  return [...new Set([namespace, ...named.sort()])];
}
