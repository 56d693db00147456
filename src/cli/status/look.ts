import { ToolError } from '../../errors.ts';
import type { Cluster } from '../../effects/kubectl.ts';
import { readLiveStatus, type StatusQuestion } from '../../effects/live-status.ts';
import { readRolloutCauses } from '../../effects/rollout-evidence.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Status } from '../../model/status.ts';
import type { NamespaceUse } from '../../plan/namespace-use.ts';
import { findOrphanedObjects, findOrphanedReleases } from '../../plan/orphans.ts';
import { findOtherProject } from '../../plan/project-identity.ts';
import { judgeStatus, listUnready } from '../../plan/status.ts';
import { lookAtNamespaces } from '../cluster/checks.ts';
import { markReleases, selectOurs } from '../cluster/facts.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import { findChanges } from '../cluster/find-changes.ts';
import { lookLightly } from '../cluster/light-look.ts';
import { listRecords } from '../cluster/list-records.ts';
import { listOwned, selectBrought, selectRemovable } from '../cluster/owned-objects.ts';
import { readLiveProject } from '../cluster/live-project.ts';
import { planProject, type Project } from '../project.ts';
import { viewRendered } from '../cluster/rendered-project.ts';
import { selectServices } from '../select-services.ts';
import type { Session } from '../session.ts';
import { sideBySide } from '../cluster/side-by-side.ts';

/** Workloads whose pods are asked for reasons; more would fill the screen and take long. */
const mostExplained = 10;

/**
 * Looks at the project folder and the cluster, and judges both. The number of calls does not depend on the number of services.
 *
 * @param tools bound to the context of `cluster`.
 * @param names of the services to tell about; empty: all.
 * @throws UsageError when the project cannot be rendered or has no such service, ToolError when the cluster cannot be asked.
 */
export async function lookAtStatus(session: Session, tools: ClusterTools, cluster: Cluster, project: Project, names: readonly string[]): Promise<Status> {
  const services = selectServices(project, names);
  const { config, profile, desired } = project;
  // What is rendered keeps this program busy for a while: the tools are at work meanwhile.
  const [read, live, records, uses, helmMajor, owned, planned] = await sideBySide(
    () => readLiveStatus(tools.exec, { ...tools, ...describeQuestion(project) }),
    () => readLiveProject(tools, project),
    () => listRecords(tools, config.controller.name),
    () => lookAtNamespaces(tools, project),
    () => findHelm(tools),
    () => listOwned(tools.kubectl, project),
    () => planProject(session, project, false),
  );
  const rendered = viewRendered(session, project, planned);
  const brought = selectBrought(owned, project);
  const other = findOtherProject([...brought, ...markReleases(selectOurs(records, project))], desired, project.identities);
  const select = (fits: (namespace: NamespaceUse) => boolean): readonly string[] => uses.filter(fits).map(({ name }) => name);
  const namespaces = {
    existingNamespaces: new Set(select(({ state }) => state !== 'absent')),
    foreignNamespaces: new Set(select(({ isForeign }) => isForeign)),
  };
  // Where helm is not there a doubt stays a doubt.
  const { changes = { objects: [], releases: [] } } =
    helmMajor === undefined
      ? await lookLightly(tools, { rendered, records, live, ...namespaces })
      : await findChanges({ tools, rendered, facts: { cluster, records, live, ...namespaces, target: { helmMajor, ...namespaces } }, verifyLive: false });
  const seen = { ...read, controller: [...read.controller, ...changes.objects.flatMap(({ before }) => before ?? [])] };
  const unready = listUnready({ config, profile, services, live: seen }).slice(0, mostExplained);
  return judgeStatus({
    ...{ config, profile, desired, services, live: seen, records, changes },
    cluster: { context: cluster.context, server: cluster.server, version: cluster.version.text },
    orphans: { releases: findOrphanedReleases(selectOurs(records, project), desired), objects: findOrphanedObjects(selectRemovable(brought), desired) },
    other,
    isEdited: planned.plan.conflicts.length > 0,
    terminating: select(({ state }) => state === 'terminating'),
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

/**
 * The kinds are those of the profile, in the versions that it writes. The controller's objects are asked for where the light look does
 * not bring them: before server-side apply there is no dry run.
 */
function describeQuestion({ config, profile, desired }: Project): Pick<StatusQuestion, 'namespace' | 'kinds' | 'controller'> {
  const manifests = [...desired.manifests.before, ...desired.manifests.after].flatMap(({ objects }) => objects);
  const isWorkload = ({ kind, metadata }: KubeObject): boolean => profile.workloads(config).some((workload) => workload.kind === kind && workload.name === metadata.name);
  const controller = profile.applyMethod === 'server-side' ? [] : manifests.filter((object) => object.kind === 'Service' || isWorkload(object));
  return {
    namespace: config.namespace,
    kinds: [
      { apiVersion: profile.workload.deploymentApiVersion, kind: 'Deployment' },
      ...desired.services.flatMap((service) => profile.routes(config, service)),
      ...manifests.filter(({ kind }) => kind === 'IngressClass'),
    ],
    controller: controller.map(({ apiVersion, kind, metadata: { name } }) => ({ apiVersion, kind, name, namespace: config.controller.namespace })),
  };
}
