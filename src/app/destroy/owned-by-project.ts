import { loadProfiles } from '../../controllers/index.ts';
import type { Release } from '../../world/helm/helm.ts';
import { createServerDryRun } from '../../world/kubectl/server-dry-run.ts';
import { fieldManager } from '../../kube/commands.ts';
import { isManagedBy } from '../../kube/field-managers.ts';
import { deletableResource, nameObject, printObjectName } from '../../kube/object-identity.ts';
import { ownerLabel, ownerSelector } from '../../kube/ownership.ts';
import type { DeletableObject } from '../../model/changes.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { isWorkload } from '../../cluster/cluster-steps.ts';
import { identifyObject, listAppliedObjects } from '../../cluster/orphans.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import { refuseOtherProject } from '../cluster/checks.ts';
import { markReleases, selectOurs } from '../cluster/facts.ts';
import { listRecords } from '../cluster/list-records.ts';
import { listOwned, selectBrought, selectRemovable } from '../cluster/owned-objects.ts';
import { sideBySide } from '../side-by-side.ts';
import type { Project } from '../project.ts';

/** What a controller has on the cluster. */
export interface Owned {
  /** In whatever state, also those of which a dead helm left nothing but the record. */
  readonly releases: readonly Release[];
  /** In the order in which they should be deleted. */
  readonly objects: readonly DeletableObject[];
  readonly namespaces: readonly string[];
  /** What has the name of an object of the project, and neither its label nor a sign that apply brought it: `ClusterRole x`. */
  readonly left: readonly string[];
}

/**
 * Looks up what apply brought for the controller, and what the controller made for its election.
 * @throws UsageError when it is another project's.
 */
export async function lookUpOwned(tools: ClusterTools, project: Project, command: string): Promise<Owned> {
  const { helm, kubectl } = tools;
  const { config } = project;
  const [marked, records, releases] = await sideBySide(
    async () => selectBrought(await listOwned(kubectl, project), project),
    () => listRecords(tools, config.controller.name),
    () => helm.listReleases(ownerSelector(config.controller.name), { withUninstalled: true }),
  );
  refuseOtherProject([...marked, ...markReleases(selectOurs(records, project))], project, command);
  const unmarked = await findUnmarked(
    tools,
    project,
    new Set(marked.map((object) => identifyObject(object.kind, object))),
  );
  const namespaces = [...marked, ...unmarked.ours].filter(isNamespace).map(({ name }) => name);
  const elections: DeletableObject[] = [];
  for (const election of await listElections(project)) {
    // In a namespace that is not ours it could be somebody else's.
    if (!namespaces.includes(election.namespace)) continue;
    const existing = await kubectl.findExisting(election.resource, election.namespace, [election.name]);
    if (existing.has(election.name)) elections.push(election);
  }
  const others = unmarked.ours.filter((object) => !isNamespace(object));
  const objects = [
    ...others.filter(isWorkload),
    ...selectRemovable(marked),
    ...others.filter((object) => !isWorkload(object)),
    ...elections,
  ];
  return { releases, objects, namespaces, left: unmarked.left };
}

/** Of every controller that the project may have had before: an exchange leaves the old one's behind. Those of other clusters are not served. */
export async function listElections({
  config,
  profile: { applyMethod },
}: Project): Promise<readonly (DeletableObject & { readonly namespace: string })[]> {
  return (await loadProfiles()).flatMap((other) =>
    other.applyMethod === applyMethod ? (other.elections?.(config) ?? []) : [],
  );
}

/**
 * Objects of the project that a look for its label does not tell as ours: somebody took the label off, or brought them in another way
 * than by apply.
 */
async function findUnmarked(
  { exec, connection, requestTimeout }: ClusterTools,
  { config, profile, desired }: Project,
  marked: ReadonlySet<string>,
): Promise<{ readonly ours: readonly DeletableObject[]; readonly left: readonly string[] }> {
  // A cluster this old notes no managers, and its kubectl cannot show them (before 1.21).
  if (profile.applyMethod === 'client-side') return { ours: [], left: [] };
  const { name: controller } = config.controller;
  const isWanted = ({ kind, metadata }: KubeObject): boolean =>
    metadata.labels?.[ownerLabel] === controller && !marked.has(identifyObject(kind, metadata));
  const wanted = listAppliedObjects(desired).filter(isWanted).map(refer);
  const found = [...(await createServerDryRun(exec, { connection, requestTimeout }).readLive(wanted)).values()];
  const isOurs = (object: KubeObject): boolean =>
    object.metadata.labels?.[ownerLabel] === controller || isManagedBy(object, fieldManager);
  // One with another controller's label is that controller's by now.
  const candidates = found.filter(({ metadata }) => [undefined, controller].includes(metadata.labels?.[ownerLabel]));
  const ours = candidates
    .filter(isOurs)
    .map((object): DeletableObject => ({ ...nameObject(object), resource: deletableResource(object) }));
  // A namespace that somebody else made is used as it is: it never was marked.
  const left = candidates
    .filter((object) => !isOurs(object) && !isNamespace(object))
    .map((object) => printObjectName(nameObject(object)));
  // What was brought last goes first.
  return { ours: ours.reverse(), left };
}

/** To ask about an object nothing of its content need be sent. */
function refer({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

function isNamespace({ kind }: Pick<DeletableObject, 'kind'>): boolean {
  return kind === 'Namespace';
}
