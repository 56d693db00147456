import type { OwnedObject } from '../../effects/kubectl.ts';
import { fieldManager } from '../../kube/commands.ts';
import type { Project } from '../project.ts';

/**
 * Of the objects with the label of any controller, those that this project's apply brought. The label alone says little: a copy made with
 * `kubectl get -o yaml | kubectl apply` keeps it. In a namespace of the project it suffices; elsewhere the API server must have noted
 * that ingress-tls set fields of the object, where it notes such things.
 */
export function selectBrought(objects: readonly OwnedObject[], { config, profile }: Project): readonly OwnedObject[] {
  const namespaces = new Set([config.namespace, config.controller.namespace]);
  return objects.filter((object) => {
    const { kind, name, namespace, owner, managers } = object;
    const isInside = namespaces.has(namespace ?? (kind === 'Namespace' ? name : ''));
    return owner === config.controller.name && (isInside || profile.applyMethod === 'client-side' || managers.includes(fieldManager));
  });
}

/**
 * Of the objects with our label, those that may be deleted one by one: namespaces are looked into first, and the
 * Secrets or ConfigMaps in which helm keeps its releases (helm labels them as the releases) go with the releases.
 */
export function selectRemovable(objects: readonly OwnedObject[]): readonly OwnedObject[] {
  return objects.filter(({ kind, name }) => kind !== 'Namespace' && !name.startsWith('sh.helm.release.'));
}
