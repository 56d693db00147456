import type { KubeObject, ObjectReference } from '../../model/kube-object.ts';
import type { ClusterAccess } from './ask-kubectl.ts';
import type { Exec } from '../exec/exec.ts';
import { listLiveObjects } from './live-objects.ts';

/** What helm and apply mark their objects with: a namespace may hold many others. */
const brought = 'app.kubernetes.io/managed-by in (Helm,ingress-tls)';

/**
 * The live ones of these workloads, by one light listing for each of their kinds. It says how they are now, and not how some cache knew
 * them before they were changed, because it names no resourceVersion (kubernetes.io/docs/reference/using-api/api-concepts, semantics for
 * get and list).
 *
 * @param workloads Deployments, DaemonSets and StatefulSets of one namespace; one that lost its labels is not found.
 * @throws ToolError when kubectl or the cluster fails, or answers more than we can read.
 */
export async function listWorkloads(exec: Exec, access: ClusterAccess, namespace: string, workloads: readonly ObjectReference[]): Promise<readonly KubeObject[]> {
  const kinds = [...new Set(workloads.map(({ kind }) => kind))].map((kind) => ({ apiVersion: 'apps/v1', kind }));
  const found = await listLiveObjects(exec, { ...access, namespace, kinds, selector: brought });
  const wanted = new Set(workloads.map(({ kind, name }) => `${kind}/${name}`));
  return found.filter(({ kind, metadata }) => wanted.has(`${kind}/${metadata.name}`));
}
