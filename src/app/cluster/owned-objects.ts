import { loadProfiles } from '../../controllers/index.ts';
import { listOwnedResources } from '../../project/owned-resources.ts';
import type { Kubectl, OwnedObject } from '../../world/kubectl/kubectl.ts';
import { fieldManager } from '../../kube/commands.ts';
import { ownerLabel, ownerSelector, projectLabel } from '../../kube/ownership.ts';
import { listNamespaces } from '../../cluster/namespace-use.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import { guessProject } from '../../cluster/project-identity.ts';
import { readFacts } from '../../cluster/status-certificate.ts';
import type { Project } from '../project.ts';

/** Objects with the label of any controller. Whose they are is told by their certificates where no label of this controller's says it. */
export async function listOwned(kubectl: Kubectl, project: Project): Promise<readonly OwnedObject[]> {
  // What other targets bring that the project may have had, and cert-manager, are there for others too.
  const ofProfile = new Set(listOwnedResources(project.config, [project.profile]));
  const owned = await kubectl.listOwned(
    ownerLabel,
    listOwnedResources(project.config, await loadProfiles()),
    (resource) => !ofProfile.has(resource) || resource.endsWith('.cert-manager.io'),
  );
  const brought = new Set(selectBrought(owned, project));
  if (brought.size === 0 || [...brought].some((object) => object.project !== undefined)) return owned;
  const { config } = project;
  const certificates = await kubectl.listCertificates(`${ownerSelector(config.controller.name)},!${projectLabel}`);
  const guess = guessProject(
    certificates.flatMap((pem) => readFacts(pem)?.dnsNames ?? []),
    config.domain,
  );
  return guess === undefined
    ? owned
    : owned.map((object) => (brought.has(object) ? { ...object, project: guess } : object));
}

/**
 * Of the objects with the label of any controller, those that this project's apply brought. The label alone says little: a copy made with
 * `kubectl get -o yaml | kubectl apply` keeps it. In a namespace of the project it suffices; elsewhere the API server must have noted
 * that ingress-tls set fields of the object, where it notes such things. A Secret that somebody else keeps by now is no longer the project's.
 */
export function selectBrought(
  objects: readonly OwnedObject[],
  { config, profile, desired }: Project,
): readonly OwnedObject[] {
  const namespaces = new Set(listNamespaces(config));
  const kept = new Set(
    desired.kept.filter(({ isIssued }) => isIssued !== true).map((place) => identifyObject('Secret', place)),
  );
  return objects.filter((object) => {
    const { kind, name, namespace, owner, managers } = object;
    const isInside = namespaces.has(namespace ?? (kind === 'Namespace' ? name : ''));
    return (
      owner === config.controller.name &&
      !kept.has(identifyObject(kind, object)) &&
      (isInside || profile.applyMethod === 'client-side' || managers.includes(fieldManager))
    );
  });
}

/**
 * Of the objects with our label, those that may be deleted one by one: namespaces are looked into first, and the
 * Secrets or ConfigMaps in which helm keeps its releases (helm labels them as the releases) go with the releases.
 */
export function selectRemovable(objects: readonly OwnedObject[]): readonly OwnedObject[] {
  return objects.filter(({ kind, name }) => kind !== 'Namespace' && !name.startsWith('sh.helm.release.'));
}
