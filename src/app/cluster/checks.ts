import { listLiveObjects } from '../../world/kubectl/live-objects.ts';
import { createServerDryRun } from '../../world/kubectl/server-dry-run.ts';
import { certManagerResources } from '../../cert-manager/objects.ts';
import { explainDeadEnd, hasReadyPod, listExisting } from '../../cluster/existing-services.ts';
import { UsageError } from '../../errors.ts';
import { unlessForbidden } from '../../world/exec/tool-failure.ts';
import type { Cluster, OwnedObject } from '../../world/kubectl/kubectl.ts';
import { loadProfiles } from '../../controllers/index.ts';
import { printObjectName } from '../../kube/object-identity.ts';
import { ownerLabel } from '../../kube/ownership.ts';
import type { ReleaseRecord } from '../../model/changes.ts';
import type { ControllerProfile } from '../../model/controller-profile.ts';
import type { NamedObject } from '../../model/gateway.ts';
import { judgeNamespace, listNamespaces, type NamespaceUse } from '../../cluster/namespace-use.ts';
import { identifyObject, listAppliedObjects } from '../../cluster/orphans.ts';
import { places } from '../../project/places.ts';
import { tellOtherProject, findOtherProject, type Marked } from '../../cluster/project-identity.ts';
import type { ClusterTools } from './tools.ts';
import type { Project } from '../project.ts';

/** @throws UsageError naming the profile to use instead, because that is what the person has to write. */
export async function refuseVersion({ version }: Cluster, { profile }: Project): Promise<void> {
  if (runsOn(profile, version)) return;
  const { atLeast, below } = profile.kubernetes;
  const fitting = (await loadProfiles()).find((other) => runsOn(other, version));
  throw new UsageError(
    `profile ${profile.name} does not run on Kubernetes ${version.text}: it is for ${below === undefined ? `version ${atLeast ?? ''} and later` : `versions before ${below}`}`,
    {
      remedy:
        fitting === undefined
          ? 'no profile runs on this version: choose another cluster'
          : `set profile: ${fitting.name} under controller: in ${places.config}, then run ingress-tls render`,
    },
  );
}

function runsOn(
  { kubernetes: { atLeast, below } }: ControllerProfile,
  version: { readonly major: number; readonly minor: number },
): boolean {
  return (
    (atLeast === undefined || compareMinor(version, atLeast) >= 0) &&
    (below === undefined || compareMinor(version, below) < 0)
  );
}

/** Compares a version with a limit such as `1.16`: negative, zero or positive. */
export function compareMinor(
  { major, minor }: { readonly major: number; readonly minor: number },
  limit: string,
): number {
  const [limitMajor = 0, limitMinor = 0] = limit.split('.').map(Number);
  return major === limitMajor ? minor - limitMinor : major - limitMajor;
}

/** @throws UsageError when the cluster does not serve a kind that the profile needs. */
export async function refuseMissingResources({ kubectl }: ClusterTools, { profile }: Project): Promise<void> {
  const served = await Promise.all(profile.requiredResources.map((resource) => kubectl.hasResource(resource)));
  const missing = profile.requiredResources.filter((_resource, index) => served[index] === false);
  if (missing.length === 0) return;
  throw new UsageError(`the cluster does not serve ${missing.join(', ')}, which profile ${profile.name} needs`, {
    remedy: `choose another controller.profile in ${places.config}, or a cluster that serves it`,
  });
}

/** @throws UsageError where certificates are to come from cert-manager, and the cluster has none. */
export async function refuseNoCertManager({ kubectl }: ClusterTools, { desired: { issued } }: Project): Promise<void> {
  if (issued.certificates.length === 0) return;
  const served = await Promise.all(certManagerResources.map((resource) => kubectl.hasResource(resource)));
  if (served.every((isServed) => isServed)) return;
  throw new UsageError(
    `the cluster does not serve ${certManagerResources.join(' and ')}, which source: cert-manager needs`,
    {
      remedy: `install cert-manager there first (cert-manager.io/docs/installation), or take source: cert-manager out of ${places.config}`,
    },
  );
}

/** Looks at the namespaces of services and controller. @throws ToolError when kubectl or the cluster fails. */
export async function lookAtNamespaces(
  { kubectl }: ClusterTools,
  { config }: Project,
): Promise<readonly NamespaceUse[]> {
  const names = listNamespaces(config);
  const found = await kubectl.findNamespaces(names);
  return names.map((name) => judgeNamespace(name, found.get(name), config));
}

/**
 * Looks at the namespaces as lookAtNamespaces does. One that somebody else made is used for services as it is. The
 * controller's own gets labels that restrict every pod in it, and destroy removes it: it must be ours.
 *
 * @throws UsageError for a controller's namespace that is not ours.
 */
export async function judgeNamespaces(tools: ClusterTools, project: Project): Promise<readonly NamespaceUse[]> {
  const uses = await lookAtNamespaces(tools, project);
  const { config, desired } = project;
  const { name, namespace } = config.controller;
  const isForeign = uses.some((use) => use.name === namespace && use.state === 'foreign');
  const planned = [...desired.manifests.before, ...desired.manifests.after].flatMap(({ objects }) => objects);
  const wantsOwn = planned.some(
    ({ kind, metadata }) =>
      kind === 'Namespace' && metadata.name === namespace && metadata.labels?.[ownerLabel] !== undefined,
  );
  if (isForeign && wantsOwn) {
    throw new UsageError(`namespace ${namespace} exists and was not made for controller ${name}`, {
      remedy: `set another controller.namespace in ${places.config}; or hand it over, to be restricted and one day destroyed: kubectl label namespace ${namespace} ${ownerLabel}=${name} --overwrite`,
    });
  }
  return uses;
}

/** @throws UsageError when another Service has a node port of the controller's. */
export async function refuseTakenNodePort(tools: ClusterTools, project: Project): Promise<void> {
  const { entry } = project.desired;
  if (entry.kind !== 'node-port') return;
  await refuseTaken(tools, project, { nodePort: entry.port, field: 'controller.nodePort', service: entry.service });
  if (entry.plainPort === undefined) return;
  const { plainPort: nodePort, service } = entry;
  await refuseTaken(tools, project, { nodePort, field: 'controller.service.http.nodePort', service });
}

async function refuseTaken(
  { kubectl }: ClusterTools,
  { config }: Project,
  { nodePort, field, service }: { readonly nodePort: number; readonly field: string; readonly service: NamedObject },
): Promise<void> {
  const user = await kubectl.findNodePortUser(nodePort);
  if (user === undefined || (user.name === service.name && user.namespace === service.namespace)) return;
  const { name } = config.controller;
  if (user.owner === name) {
    throw new UsageError(
      `node port ${nodePort} is still taken by Service ${user.name} in namespace ${user.namespace}, where controller ${name} was applied before`,
      {
        remedy: `ingress-tls destroy --confirm ${name} removes it with its services, then apply brings all to the new place; or set controller.namespace: ${user.namespace} again`,
      },
    );
  }
  throw new UsageError(`node port ${nodePort} is taken by Service ${user.name} in namespace ${user.namespace}`, {
    remedy: `set another ${field} in ${places.config}, then run ingress-tls render`,
  });
}

/** @throws UsageError for a namespace that the person expects and the rendered files do not have. */
export function refuseOtherNamespace(expected: string | undefined, { config, desired }: Project): void {
  if (expected === undefined) return;
  const used = new Set(desired.services.map(({ namespace }) => namespace));
  const others = (used.size === 0 ? [config.namespace] : [...used]).filter((namespace) => namespace !== expected);
  if (others.length === 0) return;
  throw new UsageError(
    `services live in namespace ${others.join(' and ')}, not in ${expected}: Secrets and certificates are made for it`,
    {
      remedy: `set namespace: ${expected} in ${places.config}, for the project or the service, then run ingress-tls render`,
    },
  );
}

/**
 * Refuses a controller that another project has on the cluster: its Secrets would be replaced, and its services be taken for leftovers.
 * @param found all that carries the controller's name.
 * @param command that is refused.
 * @throws UsageError naming the other project, how to have both, and how to take over on purpose.
 */
export function refuseOtherProject(
  found: readonly Marked[],
  { config, desired, identities }: Project,
  command: string,
): void {
  const other = findOtherProject(found, desired, identities);
  if (other === undefined) return;
  const { message, toHaveBoth, ifRenamed } = tellOtherProject(other, config);
  const names = other.found.map(printObjectName);
  throw new UsageError(message, {
    details: names.length <= mostNamed ? names : [...names.slice(0, mostNamed), `and ${names.length - mostNamed} more`],
    remedy: [
      ...(command.includes('destroy') ? [] : [toHaveBoth]),
      `${ifRenamed}${command} --take-over ${other.project}`,
    ].join('\n      '),
  });
}

/** As many as help to find it. */
const mostNamed = 3;

/**
 * Refuses to write over what another controller's apply brought: two controllers in one namespace would share the
 * wildcard's Secret, and the destroy of one would take it from the other.
 * @throws UsageError naming the objects and their owner.
 */
export function refuseOthersObjects(owned: readonly OwnedObject[], { config, desired }: Project): void {
  const wanted = new Set(listAppliedObjects(desired).map(({ kind, metadata }) => identifyObject(kind, metadata)));
  const others = owned.filter(
    (object) =>
      object.owner !== config.controller.name &&
      object.kind !== 'Namespace' &&
      wanted.has(identifyObject(object.kind, object)),
  );
  const [first] = others;
  if (first === undefined) return;
  throw new UsageError(
    `${others.map(({ kind, name }) => `${kind} ${name}`).join(', ')} on the cluster belongs to controller ${first.owner}`,
    {
      remedy: `choose another namespace, or another certificate.secretName and names, in ${places.config}`,
    },
  );
}

/**
 * Refuses to upgrade a release that is somebody else's and only happens to have a service's name. One made from the
 * service's chart by hand is taken over.
 * @throws UsageError naming the release.
 */
export async function refuseOthersReleases(
  { helm }: ClusterTools,
  records: readonly ReleaseRecord[],
  { config, desired }: Project,
): Promise<void> {
  const foreign = new Set(
    records
      .filter(({ owner, status }) => owner !== config.controller.name && status !== 'uninstalled')
      .map(({ namespace, name }) => `${namespace}/${name}`),
  );
  const services = desired.services.filter(({ namespace, release }) => foreign.has(`${namespace}/${release}`));
  if (services.length === 0) return;
  // Only helm itself knows which chart a release was made from, and it seldom needs to be asked.
  const releases = await helm.listReleases();
  for (const { name: chartName, release, namespace } of services) {
    const found = releases.find((other) => other.name === release && other.namespace === namespace);
    if (found === undefined || found.chart.replace(/-\d+\..*$/, '') === chartName) continue;
    throw new UsageError(
      `release ${release} in namespace ${namespace} is not ours: it was made from chart ${found.chart}`,
      {
        remedy: `rename service ${chartName} in ${places.config}, or choose another namespace`,
      },
    );
  }
}

/**
 * Refuses routes that would lead nowhere.
 * @returns whether the Services could be looked at. @throws UsageError naming each that is not there, or has not the port.
 */
export async function refuseDeadEnds(tools: ClusterTools, project: Project): Promise<boolean> {
  const found = await unlessForbidden(() => findDeadEnds(tools, project));
  if (found === undefined) return false;
  const [first, ...others] = new Set(found.map(({ why }) => why));
  if (first === undefined) return true;
  throw new UsageError(first, {
    details: others,
    remedy: `bring the Service to the cluster first, or name another under service: in ${places.config}; kubectl get services --all-namespaces shows what is there`,
  });
}

/** Why routes to Services that are there already lead nowhere, one for each port. @throws ToolError when the cluster cannot be asked. */
async function findDeadEnds(
  { exec, connection, requestTimeout }: ClusterTools,
  { desired }: Project,
): Promise<readonly DeadEnd[]> {
  const led = listExisting(desired.services);
  if (led.length === 0) return [];
  const live = await createServerDryRun(exec, { connection, requestTimeout }).readLive(led.map(({ object }) => object));
  return led.flatMap((each) => {
    const why = explainDeadEnd(each, live.get(each.object));
    return why === undefined ? [] : [{ service: each.service.name, why }];
  });
}

interface DeadEnd {
  /** By its name. */
  readonly service: string;
  readonly why: string;
}

/** The same by the service's name, and Services without a ready pod: no reason to keep a route from them, but nobody is served. */
export async function findUnserved(tools: ClusterTools, project: Project): Promise<ReadonlyMap<string, string>> {
  const deadEnds = new Map<string, string>();
  for (const { service, why } of await findDeadEnds(tools, project)) {
    const earlier = deadEnds.get(service);
    deadEnds.set(service, earlier === undefined ? why : `${earlier}; ${why}`);
  }
  // Before Kubernetes 1.21 there are none of this version.
  if (project.profile.applyMethod === 'client-side') return deadEnds;
  const led = listExisting(project.desired.services).filter(({ service }) => !deadEnds.has(service.name));
  const namespaces = [...new Set(led.map(({ object }) => object.metadata.namespace ?? ''))];
  // One question for each namespace, not for each Service: kubectl keeps a core busy while it starts.
  const listed = namespaces.map((namespace) => {
    const inside = led.filter(({ object }) => object.metadata.namespace === namespace);
    const names = [...new Set(inside.map(({ object }) => object.metadata.name))];
    const kinds = [{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' }];
    return listLiveObjects(tools.exec, { ...tools, namespace, kinds, selector: `${sliceOf} in (${names.join(',')})` });
  });
  const slices = (await Promise.all(listed)).flat();
  const unserved = led.flatMap(({ service, object }) => {
    const { namespace = '', name } = object.metadata;
    const own = slices.filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[sliceOf] === name,
    );
    return hasReadyPod(own)
      ? []
      : [[service.name, `${service.name} leads to Service ${namespace}/${name}, which has no ready pod`] as const];
  });
  return new Map([...deadEnds, ...unserved]);
}

/** The label of an EndpointSlice that names its Service (kubernetes@1.35 staging/src/k8s.io/api/discovery/v1/well_known_labels.go). */
const sliceOf = 'kubernetes.io/service-name';
