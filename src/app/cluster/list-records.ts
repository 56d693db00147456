import type { Release } from '../../world/helm/helm.ts';
import { keepsRecordsInCluster, listReleaseRecords } from '../../world/helm/release-records.ts';
import { ownerSelector } from '../../kube/ownership.ts';
import type { ReleaseRecord } from '../../model/changes.ts';
import type { ClusterTools } from './tools.ts';

/**
 * The newest revision of every release, wherever helm keeps its records. What lies outside the cluster (HELM_DRIVER=sql) only helm
 * can read, and it tells no digest: such releases are upgraded by every apply.
 *
 * @param namespaces to list them alone, for whoever may not list the others.
 * @throws ToolError when a tool or the cluster fails.
 */
export async function listRecords(
  tools: ClusterTools,
  controllerName: string,
  namespaces?: readonly string[],
): Promise<readonly ReleaseRecord[]> {
  if (keepsRecordsInCluster(tools.helmDriver)) {
    const settings = { ...tools, driver: tools.helmDriver };
    if (namespaces === undefined) return listReleaseRecords(tools.exec, settings);
    const listed = namespaces.map((namespace) => listReleaseRecords(tools.exec, { ...settings, namespace }));
    return (await Promise.all(listed)).flat();
  }
  const all = { withUninstalled: true };
  const releases = await tools.helm.listReleases(undefined, all);
  // helm list prints no labels, but selects by them.
  const own = new Set((await tools.helm.listReleases(ownerSelector(controllerName), all)).map(identify));
  return releases.map((release) => {
    const { name, namespace, revision, status } = release;
    return { name, namespace, revision, status, ...(own.has(identify(release)) ? { owner: controllerName } : {}) };
  });
}

function identify({ namespace, name }: Release): string {
  return `${namespace}/${name}`;
}
