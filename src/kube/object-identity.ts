import type { ObjectName } from '../model/changes.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { plural } from '../text/plural.ts';

/** How an object is called in a list of changes. */
export function nameObject({ kind, metadata: { name, namespace } }: KubeObject): ObjectName {
  return { kind, name, ...(namespace === undefined ? {} : { namespace }) };
}

/** `Deployment default/ic3-svc7`, `ClusterRole ic3`. */
export function printObjectName({ kind, name, namespace }: ObjectName): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** Whether an answer is about an object: an Ingress may come back in another version of its group. */
export function isSameObject(sent: KubeObject, answer: KubeObject): boolean {
  const { name, namespace } = sent.metadata;
  return (
    answer.kind === sent.kind &&
    groupOf(answer) === groupOf(sent) &&
    answer.metadata.name === name &&
    (namespace === undefined || answer.metadata.namespace === namespace)
  );
}

/** A kind as `kubectl delete` takes it, in whatever version: `deployment.apps`. */
export function deletableResource(object: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const group = groupOf(object);
  return `${object.kind.toLowerCase()}${group === '' ? '' : `.${group}`}`;
}

/** All objects of a kind as kubectl lists what a cluster serves: `deployments.apps`, `gateways.gateway.networking.k8s.io`, with the plural of English. */
export function deletableResources(object: Pick<KubeObject, 'apiVersion' | 'kind'>): string {
  const group = groupOf(object);
  const name = plural(object.kind.toLowerCase());
  return group === '' ? name : `${name}.${group}`;
}

function groupOf({ apiVersion }: Pick<KubeObject, 'apiVersion'>): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
