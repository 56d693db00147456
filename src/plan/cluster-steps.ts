import { deleteCommand, type ClusterConnection } from '../kube/commands.ts';
import { helmUninstallCommand } from '../kube/helm-commands.ts';
import type { PlannedRelease, RunStep } from '../model/plan.ts';

/** How the cluster is reached and how long a command may take, in seconds. */
export interface StepSettings {
  readonly connection: ClusterConnection;
  readonly timeout: number;
}

/** Removes a Helm release. */
export function uninstallStep(release: PlannedRelease, { connection, timeout }: StepSettings): RunStep {
  const { name, namespace } = release;
  return {
    title: `uninstall release ${name}`,
    phase: 'clean-up',
    command: helmUninstallCommand({ release: name, namespace, timeout, ...connection }),
    timeout,
    release,
  };
}

/** An object on the cluster. */
export interface OwnedObject {
  /** As kubectl takes it: `deployments.apps`. */
  readonly resource: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** Deletes objects in the order given, those of a resource and namespace together. */
export function deleteSteps(objects: readonly OwnedObject[], settings: StepSettings): readonly RunStep[] {
  const groups = new Map<string, { readonly resource: string; readonly namespace?: string; readonly names: string[] }>();
  for (const { resource, name, namespace } of objects) {
    const key = `${resource} ${namespace ?? ''}`;
    const group = groups.get(key) ?? { resource, names: [], ...(namespace === undefined ? {} : { namespace }) };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => deleteStep(group, settings));
}

/** Deletes objects of one resource in one namespace, or cluster-scoped ones, and waits until they are gone. */
export function deleteStep(
  { resource, names, namespace }: { readonly resource: string; readonly names: readonly string[]; readonly namespace?: string },
  { connection, timeout }: StepSettings,
): RunStep {
  return {
    title: `delete ${resource.split('.')[0] ?? resource} ${names.join(', ')}`,
    phase: 'clean-up',
    command: deleteCommand({ resource, names, timeout, ...(namespace === undefined ? {} : { namespace }), ...connection }),
    timeout,
  };
}
