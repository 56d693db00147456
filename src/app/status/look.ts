import { isForbidden } from '../../world/exec/tool-failure.ts';
import { ToolError } from '../../errors.ts';
import type { Cluster } from '../../world/kubectl/kubectl.ts';
import { readControllerObjects, readLiveStatus, type StatusQuestion } from '../../world/kubectl/live-status.ts';
import { readRolloutCauses } from '../../world/kubectl/rollout-evidence.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Status } from '../../model/status.ts';
import { listServiceNamespaces } from '../../kube/namespace.ts';
import { projectLabel } from '../../kube/ownership.ts';
import type { Findings } from '../../cluster/apply-plan.ts';
import type { NamespaceUse } from '../../cluster/namespace-use.ts';
import { findOrphanedObjects, findOrphanedReleases } from '../../cluster/orphans.ts';
import { findOtherProject, type Marked } from '../../cluster/project-identity.ts';
import { judgeStatus, listUnready } from '../../cluster/status.ts';
import { listClasses } from '../../controllers/find-controller.ts';
import { findUnserved, lookAtNamespaces } from '../cluster/checks.ts';
import { seeController } from '../cluster/existing-controller.ts';
import { markReleases, selectOurs } from '../cluster/facts.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import { findChanges } from '../cluster/find-changes.ts';
import { lookLightly } from '../cluster/light-look.ts';
import { listRecords } from '../cluster/list-records.ts';
import { listOwned, selectBrought, selectRemovable } from '../cluster/owned-objects.ts';
import { readLiveProject } from '../cluster/live-project.ts';
import { rotationCode } from '../../project/chain-notices.ts';
import { planProject } from '../plan-project.ts';
import type { Project } from '../project.ts';
import { viewRendered } from '../cluster/rendered-project.ts';
import { selectServices } from '../select-services.ts';
import type { Session } from '../session.ts';
import { sideBySide } from '../side-by-side.ts';
import { plural } from '../../text/plural.ts';

/** Workloads whose pods are asked for reasons; more would fill the screen and take long. */
const mostExplained = 10;

/**
 * Looks at the project folder and the cluster, and judges both. The number of calls does not depend on the number of services.
 *
 * @param tools bound to the context of `cluster`.
 * @param names of the services to tell about; empty: all.
 * @throws UsageError when the project cannot be rendered or has no such service, ToolError when the cluster cannot be asked.
 */
export async function lookAtStatus(
  session: Session,
  tools: ClusterTools,
  cluster: Cluster,
  project: Project,
  names: readonly string[],
): Promise<Status> {
  const services = selectServices(project, names);
  const { config, profile, desired } = project;
  const unseen: string[] = [];
  const unless = async <Value, Instead>(
    what: string,
    question: () => Promise<Value>,
    instead: () => Promise<Instead> | Instead,
  ): Promise<Value | Instead> => {
    try {
      return await question();
    } catch (error) {
      if (!isForbidden(error)) throw error;
      unseen.push(what);
      return instead();
    }
  };
  const question = buildQuestion(project);
  // What is rendered keeps this program busy for a while: the tools are at work meanwhile.
  const [read, live, records, uses, helmMajor, owned, planned, unserved, there] = await sideBySide(
    () =>
      readLiveStatus(tools.exec, {
        ...tools,
        ...question,
        controller: profile.applyMethod === 'server-side' ? [] : question.controller,
      }),
    () => readLiveProject(tools, project),
    () =>
      unless(
        'releases of other namespaces',
        () => listRecords(tools, config.controller.name),
        () => listRecords(tools, config.controller.name, listServiceNamespaces(config)),
      ),
    () => lookAtNamespaces(tools, project),
    () => findHelm(tools),
    () =>
      unless(
        'what is no longer wanted',
        () => listOwned(tools.kubectl, project),
        () => undefined,
      ),
    () => planProject(session, project, false),
    () =>
      unless(
        'Services that routes lead to',
        () => findUnserved(tools, project),
        () => new Map<string, string>(),
      ),
    () => seeController(tools, project),
  );
  const rendered = viewRendered(session, project, planned);
  // The Secrets of the services' namespace tell whose it is as well.
  const brought = owned === undefined ? [] : selectBrought(owned, project);
  const marks = owned === undefined ? [...live.secrets.values()].map(markObject) : brought;
  const other = findOtherProject(
    [...marks, ...markReleases(selectOurs(records, project))],
    desired,
    project.identities,
  );
  const select = (fits: (namespace: NamespaceUse) => boolean): readonly string[] =>
    uses.filter(fits).map(({ name }) => name);
  const namespaces = {
    existingNamespaces: new Set(select(({ state }) => state !== 'absent')),
    foreignNamespaces: new Set(select(({ isForeign }) => isForeign)),
  };
  // Where helm is not there a doubt stays a doubt.
  const find = (skipsManifests: boolean): Promise<Partial<Findings>> =>
    helmMajor === undefined
      ? lookLightly(tools, { rendered, records, live, ...namespaces, skipsManifests })
      : findChanges({
          tools,
          rendered,
          facts: { cluster, records, live, ...namespaces, target: { helmMajor, ...namespaces } },
          verifyLive: false,
          skipsManifests,
        });
  const { changes = { objects: [], releases: [] }, controller } = await unless(
    'manifests/',
    async () => ({ ...(await find(false)), controller: read.controller }),
    async () => ({
      ...(await find(true)),
      controller: await readControllerObjects(tools.exec, { ...tools, ...question }),
    }),
  );
  const assumed = read.hasUnseenClasses ? question.classes : [];
  if (read.hasUnseenClasses) unseen.push(...new Set(assumed.map(({ kind }) => plural(kind))));
  const seen = {
    ...read,
    // A class that is somebody else's may be any.
    objects: there === undefined ? read.objects.concat(assumed) : read.objects,
    controller: [
      ...controller,
      ...changes.objects.flatMap(({ before }) => before ?? []),
      ...(there?.found === undefined ? [] : [there.found.workload]),
    ],
  };
  const { context: ownContext } = desired.config;
  const unready = listUnready({ desired, services, live: seen }).slice(0, mostExplained);
  return judgeStatus({
    ...{ desired, services, live: seen, records, changes },
    cluster: {
      context: cluster.context,
      ...(ownContext !== undefined && ownContext !== cluster.context && { ownContext }),
      server: cluster.server,
      version: cluster.version.text,
    },
    orphans: {
      releases: findOrphanedReleases(selectOurs(records, project), desired),
      objects: findOrphanedObjects(selectRemovable(brought), desired),
    },
    other,
    unseen,
    unserved,
    isEdited: planned.plan.conflicts.length > 0,
    terminating: select(({ state }) => state === 'terminating'),
    rotations: planned.plan.notices.filter(({ code }) => code === rotationCode),
    causes: unready.length === 0 ? new Map() : (await readRolloutCauses(tools, unready)).reasons,
    now: session.world.now(),
  });
}

async function findHelm({ helm }: ClusterTools): Promise<3 | 4 | undefined> {
  try {
    return (await helm.readHelmVersion()).major;
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

function markObject({ kind, metadata: { name, namespace, labels } }: KubeObject): Marked {
  const project = labels?.[projectLabel];
  return { kind, name, ...(namespace !== undefined && { namespace }), ...(project !== undefined && { project }) };
}

/**
 * The kinds are those of the profile, in the versions that it writes. The controller's objects are asked for where the light look does
 * not bring them: before server-side apply there is no dry run, and not everybody may ask for one.
 */
function buildQuestion({ config, profile, desired }: Project): Pick<
  StatusQuestion,
  'namespaces' | 'kinds' | 'clusterKinds' | 'fields' | 'controller'
> & {
  readonly classes: readonly KubeObject[];
} {
  const manifests = [...desired.manifests.before, ...desired.manifests.after].flatMap(({ objects }) => objects);
  const isWorkload = ({ kind, metadata }: KubeObject): boolean =>
    profile.workloads(config).some((workload) => workload.kind === kind && workload.name === metadata.name);
  const { fields, classKinds, wholeKinds } = profile.liveObjects;
  const controller = manifests.filter((object) => wholeKinds.includes(object.kind) || isWorkload(object));
  const classes = [...manifests.filter(({ kind }) => classKinds.includes(kind)), ...listClasses(profile, config)];
  return {
    namespaces: listServiceNamespaces(config),
    kinds: [
      { apiVersion: profile.workload.deploymentApiVersion, kind: 'Deployment' },
      ...desired.services.flatMap(({ routes }) => routes),
    ],
    classes,
    clusterKinds: classes,
    fields,
    controller: controller.map(({ apiVersion, kind, metadata: { name, namespace = config.controller.namespace } }) => ({
      apiVersion,
      kind,
      name,
      namespace,
    })),
  };
}
