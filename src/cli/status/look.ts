import { ToolError } from '../../errors.ts';
import type { Cluster, FoundNamespace } from '../../effects/kubectl.ts';
import { readLiveStatus, type StatusQuestion } from '../../effects/live-status.ts';
import { readRolloutCauses } from '../../effects/rollout-evidence.ts';
import { ownerLabel } from '../../kube/ownership.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Status } from '../../model/status.ts';
import { findOrphanedReleases } from '../../plan/orphans.ts';
import { judgeStatus, listUnready } from '../../plan/status.ts';
import { selectOurs } from '../cluster/facts.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import { findChanges } from '../cluster/find-changes.ts';
import { lookLightly } from '../cluster/light-look.ts';
import { listRecords } from '../cluster/list-records.ts';
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
  const namespacesOfProject = [...new Set([config.namespace, config.controller.namespace])];
  // What is rendered keeps this program busy for a while: the tools are at work meanwhile.
  const [read, records, found, helmMajor, rendered] = await sideBySide(
    () => readLiveStatus(tools.exec, { ...tools, ...describeQuestion(project) }),
    () => listRecords(tools, config.controller.name),
    () => tools.kubectl.findNamespaces(namespacesOfProject),
    () => findHelm(tools),
    () => viewRendered(session, project, planProject(session, project, false)),
  );
  const select = (fits: (namespace: FoundNamespace) => boolean): readonly string[] => [...found].filter(([, namespace]) => fits(namespace)).map(([name]) => name);
  const foreignNamespaces = new Set(select(({ labels }) => labels[ownerLabel] !== config.controller.name));
  // Where helm is not there a doubt stays a doubt.
  const { changes = { objects: [], releases: [] } } =
    helmMajor === undefined
      ? await lookLightly(tools, { rendered, records, foreignNamespaces })
      : await findChanges({ tools, rendered, facts: { cluster, records, target: { helmMajor, foreignNamespaces } }, verifyLive: false });
  const live = { ...read, controller: [...read.controller, ...changes.objects.flatMap(({ before }) => before ?? [])] };
  const unready = listUnready({ config, profile, services, live }).slice(0, mostExplained);
  return judgeStatus({
    ...{ config, profile, desired, services, live, records, changes },
    cluster: { context: cluster.context, server: cluster.server, version: cluster.version.text },
    orphans: { releases: findOrphanedReleases(selectOurs(records, project), desired) },
    terminating: select(({ isTerminating }) => isTerminating),
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
