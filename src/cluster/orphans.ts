import { listServiceNamespaces } from '../kube/namespace.ts';
import type { ObjectName, ReleaseName } from '../model/changes.ts';
import type { KubeObject } from '../model/kube-object.ts';
import type { DesiredProject } from '../project/desired-project.ts';

/** What tells one object of a cluster from another, whatever version of its API it is written in. */
export function identifyObject(
  kind: string,
  { name, namespace = '' }: { readonly name: string; readonly namespace?: string },
): string {
  return `${kind} ${namespace} ${name}`;
}

/** Every object that kubectl brings to the cluster for a project. */
export function listAppliedObjects({ manifests, objects }: DesiredProject): readonly KubeObject[] {
  const inManifests = [...manifests.before, ...manifests.after].flatMap((file) => file.objects);
  return [...inManifests, ...objects.map(({ content }) => content.object)];
}

/**
 * Of the objects that a cluster has for a project's controller, those that the project would no longer bring. A namespace that is lived in
 * is not among them, though nothing brings it: all that is there would go with it.
 */
export function findOrphanedObjects<Found extends ObjectName>(
  found: readonly Found[],
  desired: DesiredProject,
): readonly Found[] {
  const { config } = desired;
  const livedIn = [...listServiceNamespaces(config), config.controller.namespace];
  const wanted = new Set([
    ...listAppliedObjects(desired).map(({ kind, metadata }) => identifyObject(kind, metadata)),
    // cert-manager makes them, with the labels that it is told.
    ...desired.issued.certificates.map((place) => identifyObject('Secret', place)),
    ...livedIn.map((name) => identifyObject('Namespace', { name })),
  ]);
  return found.filter((object) => !wanted.has(identifyObject(object.kind, object)));
}

/** Of the releases that a cluster has for a project's controller, those whose service is gone. */
export function findOrphanedReleases<Found extends ReleaseName>(
  found: readonly Found[],
  { services }: DesiredProject,
): readonly Found[] {
  const wanted = new Set(services.map(({ release, namespace }) => `${namespace}/${release}`));
  return found.filter(({ name, namespace }) => !wanted.has(`${namespace}/${name}`));
}
