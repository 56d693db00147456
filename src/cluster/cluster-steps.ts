import { deleteCommand, remainingObjectsCommand, type ClusterConnection } from '../kube/commands.ts';
import { helmRemainingCommand, helmUninstallCommand } from '../kube/helm-commands.ts';
import type { DeletableObject } from '../model/changes.ts';
import type { PlannedRelease, RunStep } from '../model/plan.ts';

/** How the cluster is reached and how long a command may take, in seconds. */
export interface StepSettings {
  readonly connection: ClusterConnection;
  readonly timeout: number;
  readonly helmMajor: 3 | 4;
  /** For a cluster so old that its kubectl may not know `--cascade=foreground` (1.20): pods may outlive their Deployment a while. */
  readonly backgroundOnly?: boolean;
}

/** Removes a Helm release. */
export function uninstallStep(release: PlannedRelease, { connection, timeout, helmMajor }: StepSettings): RunStep {
  const { name, namespace } = release;
  return {
    title: `uninstall release ${name}`,
    phase: 'clean-up',
    command: helmUninstallCommand({ release: name, namespace, timeout, helmMajor, ...connection }),
    remaining: helmRemainingCommand({ name, namespace, ...connection }),
    timeout,
    release,
  };
}

/** Deletes objects in the order given, those of a resource and namespace together. */
export function deleteSteps(objects: readonly DeletableObject[], settings: StepSettings): readonly RunStep[] {
  const groups = new Map<
    string,
    { readonly resource: string; readonly namespace?: string; readonly names: string[] }
  >();
  for (const { resource, name, namespace } of objects) {
    const key = `${resource} ${namespace ?? ''}`;
    const group = groups.get(key) ?? { resource, names: [], ...(namespace === undefined ? {} : { namespace }) };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => deleteStep(group, settings));
}

const withPods: ReadonlySet<string> = new Set(['deployment.apps', 'daemonset.apps', 'statefulset.apps']);

/** Whether it goes before what it uses: a workload gives back its election; of a Certificate that is left cert-manager makes its Secret anew. */
export function goesFirst({ resource }: Pick<DeletableObject, 'resource'>): boolean {
  return withPods.has(resource) || resource === 'certificate.cert-manager.io';
}

/** Whether it is a workload, whose pods are waited for as well. */
export function isWorkload({ resource }: Pick<DeletableObject, 'resource'>): boolean {
  return withPods.has(resource);
}

/**
 * Seconds that pods may take to end: a controller has a grace period of 300 s for open connections. Also holds for a namespace, which
 * goes with its last pod.
 */
const terminationSeconds = 360;

/** Deletes objects of one resource in one namespace, or cluster-scoped ones, and waits until they and their pods are gone. */
export function deleteStep(
  {
    resource,
    names,
    namespace,
  }: { readonly resource: string; readonly names: readonly string[]; readonly namespace?: string },
  { connection, ...settings }: StepSettings,
): RunStep {
  const hasPods = isWorkload({ resource });
  const timeout =
    hasPods || resource === 'namespaces' ? Math.max(settings.timeout, terminationSeconds) : settings.timeout;
  const objects = { resource, names, ...(namespace === undefined ? {} : { namespace }), ...connection };
  return {
    title: `delete ${resource.split('.')[0] ?? resource} ${names.join(', ')}${namespace === undefined ? '' : ` in namespace ${namespace}`}`,
    phase: 'clean-up',
    command: deleteCommand({ ...objects, timeout, withDependents: hasPods && settings.backgroundOnly !== true }),
    remaining: remainingObjectsCommand(objects),
    timeout,
  };
}
