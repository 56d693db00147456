import type { OwnedObject } from '../effects/kubectl.ts';

/**
 * Of the objects with our label, those that may be deleted one by one: namespaces are looked into first, and the
 * Secrets or ConfigMaps in which helm keeps its releases (helm labels them as the releases) go with the releases.
 */
export function selectRemovable(objects: readonly OwnedObject[]): readonly OwnedObject[] {
  return objects.filter(({ kind, name }) => kind !== 'Namespace' && !name.startsWith('sh.helm.release.'));
}
