import { setImmediate } from 'node:timers/promises';
import { ToolError } from '../../errors.ts';
import type { Cluster, ClusterTarget, OwnedObject } from '../../world/kubectl/kubectl.ts';
import type { ReleaseRecord } from '../../model/changes.ts';
import type { ApplyTarget, Orphans } from '../../cluster/apply-plan.ts';
import { listServiceNamespaces } from '../../kube/namespace.ts';
import { findOrphanedObjects, findOrphanedReleases } from '../../cluster/orphans.ts';
import { releaseKind, type Marked } from '../../cluster/project-identity.ts';
import {
  compareMinor,
  judgeNamespaces,
  refuseDeadEnds,
  refuseMissingResources,
  refuseNoCertManager,
  refuseOtherProject,
  refuseOthersObjects,
  refuseOthersReleases,
  refuseTakenNodePort,
  refuseVersion,
} from './checks.ts';
import { refuseUnfit, seeController, type SeenController } from './existing-controller.ts';
import { bindToContext, type ClusterTools } from './tools.ts';
import { listRecords } from './list-records.ts';
import { refuseMissingKept } from './kept-secrets.ts';
import { refuseMissingGuards } from './named-secrets.ts';
import { readLiveProject, type LiveProject } from './live-project.ts';
import { listOwned, selectBrought, selectRemovable } from './owned-objects.ts';
import type { Project } from '../project.ts';
import { sideBySide } from '../side-by-side.ts';

/** What apply needs to know of the tools and the cluster. */
export interface ClusterFacts {
  readonly tools: ClusterTools;
  readonly cluster?: Cluster;
  readonly target: Omit<ApplyTarget, 'timeout' | 'orphans' | 'forceConflicts'>;
  /** The newest revision of every release of the cluster; absent when it could not be listed. */
  readonly records?: readonly ReleaseRecord[];
  /** What the cluster has of this controller and the project would no longer bring. */
  readonly orphans: Orphans;
  /** Namespaces of the project that are being deleted: nothing can be made in them. */
  readonly terminating: readonly string[];
  /** Namespaces of the project that are there, in whatever state. */
  readonly existingNamespaces: ReadonlySet<string>;
  /** Absent when it was not, or could not be, read. */
  readonly live?: LiveProject;
  readonly nodeAddress?: string;
  /** Where it is there already and is none of the project's; absent where it was not seen either. */
  readonly controller?: SeenController;
  /** Whether the Services that routes lead to and that are there already were looked at. */
  readonly hasSeenServices?: boolean;
  /** Whether the Secrets of somebody else that annotations and certificates name were looked at: they are there then. */
  readonly hasSeenGuards?: boolean;
  /** What could not be looked up, and why; only in a dry run, elsewhere it is a failure. */
  readonly unknown: readonly string[];
}

export interface LookUpOptions {
  /** For a dry run: what cannot be looked up is told instead of thrown. */
  readonly isTolerant?: boolean;
  /** Whether the services' objects are read too, for a light look. */
  readonly readsObjects?: boolean;
  /** For which the cluster is looked at, as a person types it: `ingress-tls apply` when nothing is said. */
  readonly command?: string;
  /** Work that keeps this program busy while the tools are. */
  readonly meanwhile?: () => unknown;
}

const [ofCluster, ofHelm] = ['the cluster', 'helm (version 4 assumed)'];

/**
 * Looks at the tools and the cluster and refuses what cannot work, before anything is written anywhere.
 * @throws ToolError when kubectl, helm or the cluster fail; UsageError when the project does not fit the cluster.
 */
export async function lookUpCluster(
  tools: ClusterTools,
  project: Project,
  { isTolerant = false, readsObjects = false, command = 'ingress-tls apply', meanwhile }: LookUpOptions = {},
): Promise<ClusterFacts> {
  const failures = new Map<string, string>();
  const look = async <Value>(what: string, question: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await question();
    } catch (error) {
      if (!isTolerant || !(error instanceof ToolError)) throw error;
      failures.set(what, error.message);
      return undefined;
    }
  };
  const tellFailures = (): readonly string[] => [...failures].map(([what, message]) => `${what}: ${message}`);
  const [place, helmVersion] = await sideBySide(
    () => look(ofCluster, () => tools.kubectl.readTarget()),
    () => look(ofHelm, () => tools.helm.readHelmVersion()),
  );
  const helmMajor = helmVersion?.major ?? 4;
  const unseen = (): ClusterFacts => {
    const nothing = {
      releases: [],
      existingSecrets: new Set<string>(),
      foreignNamespaces: new Set<string>(),
      serverValidates: false,
    };
    const target = { connection: tools.connection, helmMajor, ...nothing };
    // Where no cluster is, every other question failed for that reason.
    for (const what of failures.keys()) if (what !== ofCluster && what !== ofHelm) failures.delete(what);
    return {
      tools,
      target,
      existingNamespaces: new Set(),
      orphans: { releases: [], objects: [] },
      terminating: [],
      unknown: tellFailures(),
    };
  };
  if (place === undefined) return unseen();

  const bound = bindToContext(tools, place);
  const { desired } = project;
  const readCluster = (): Promise<Cluster | undefined> => look(ofCluster, () => readFitting(bound, place, project));
  // A program that asks for credentials asks once, not each kubectl for itself.
  const early = place.credentialPlugin !== undefined ? readCluster() : undefined;
  if (early !== undefined && (await early) === undefined) return unseen();
  const [
    cluster,
    owned = [],
    namespaces = [],
    ,
    hasSeenServices,
    controller,
    hasSeenGuards,
    records,
    existingSecrets,
    nodeAddress,
    live,
  ] = await sideBySide(
    () => early ?? readCluster(),
    // Before what it would make seem to be this project's own, in another place.
    () => look('what is installed', () => listAllowedObjects(bound, project, command)),
    () => look('namespaces', () => judgeNamespaces(bound, project)),
    () => look('who has the node port', () => refuseTakenNodePort(bound, project)),
    () => look('Services that routes lead to', () => refuseDeadEnds(bound, project)),
    () => look('the controller that is there', () => seeFitting(bound, project)),
    () => look('Secrets of somebody else', () => refuseMissingNamed(bound, project)),
    () => (helmVersion === undefined ? undefined : look('releases', () => listAllowedRecords(bound, project, command))),
    () => look('Secrets', () => findExistingSecrets(bound, project)),
    () => findNodeAddress(bound),
    () => (readsObjects ? look('objects of the services', () => readLiveProject(bound, project)) : undefined),
    async () => {
      // By then all tools are started.
      await setImmediate();
      meanwhile?.();
    },
  );
  if (cluster === undefined) return unseen();
  await look('cert-manager', () => refuseNoCertManager(bound, project));
  // Where an apply brought objects of these kinds before, they are served.
  if (owned.length === 0) await look('what the cluster serves', () => refuseMissingResources(bound, project));
  const releases = selectOurs(records ?? [], project);
  return {
    tools: bound,
    cluster,
    target: {
      connection: bound.connection,
      helmMajor,
      serverValidates: compareMinor(cluster.version, serverValidationSince) >= 0,
      releases: records ?? [],
      existingSecrets: existingSecrets ?? new Set(),
      foreignNamespaces: new Set(namespaces.filter(({ state }) => state === 'foreign').map(({ name }) => name)),
    },
    ...(records === undefined ? {} : { records }),
    orphans: {
      releases: findOrphanedReleases(releases, desired),
      objects: findOrphanedObjects(selectRemovable(selectBrought(owned, project)), desired),
    },
    terminating: namespaces.filter(({ state }) => state === 'terminating').map(({ name }) => name),
    ...(nodeAddress === undefined ? {} : { nodeAddress }),
    ...(live === undefined ? {} : { live }),
    ...(controller === undefined ? {} : { controller }),
    ...(hasSeenServices === undefined ? {} : { hasSeenServices }),
    ...(hasSeenGuards === undefined ? {} : { hasSeenGuards }),
    existingNamespaces: new Set(namespaces.filter(({ state }) => state !== 'absent').map(({ name }) => name)),
    unknown: tellFailures(),
  };
}

/** The cluster with its version. @throws UsageError when the profile does not run on it. */
async function readFitting({ kubectl }: ClusterTools, place: ClusterTarget, project: Project): Promise<Cluster> {
  const cluster = { ...place, version: await kubectl.readServerVersion(place) };
  await refuseVersion(cluster, project);
  return cluster;
}

/** Since then it is stable and always on (KEP-2885). */
const serverValidationSince = '1.27';

async function seeFitting(tools: ClusterTools, project: Project): Promise<SeenController | undefined> {
  const seen = await seeController(tools, project);
  if (seen !== undefined) refuseUnfit(seen, project);
  return seen;
}

/** Releases of this controller that are there, in whatever state. */
export function selectOurs(records: readonly ReleaseRecord[], { config }: Project): readonly ReleaseRecord[] {
  return records.filter(({ owner, status }) => owner === config.controller.name && status !== 'uninstalled');
}

/** As findOtherProject takes them. */
export function markReleases(records: readonly ReleaseRecord[]): readonly Marked[] {
  return records.map(({ name, namespace, project }) => ({
    kind: releaseKind,
    name,
    namespace,
    ...(project !== undefined && { project }),
  }));
}

async function listAllowedObjects(
  { kubectl }: ClusterTools,
  project: Project,
  command: string,
): Promise<readonly OwnedObject[]> {
  const owned = await listOwned(kubectl, project);
  refuseOtherProject(selectBrought(owned, project), project, command);
  refuseOthersObjects(owned, project);
  return owned;
}

async function listAllowedRecords(
  tools: ClusterTools,
  project: Project,
  command: string,
): Promise<readonly ReleaseRecord[]> {
  const records = await listRecords(tools, project.config.controller.name);
  refuseOtherProject(markReleases(selectOurs(records, project)), project, command);
  await refuseOthersReleases(tools, records, project);
  return records;
}

/** For the closing lines only: whoever may not list nodes fills the address in. */
async function findNodeAddress({ kubectl }: ClusterTools): Promise<string | undefined> {
  try {
    return await kubectl.findNodeAddress();
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

async function refuseMissingNamed(tools: ClusterTools, project: Project): Promise<boolean> {
  const [guards, kept] = await Promise.all([refuseMissingGuards(tools, project), refuseMissingKept(tools, project)]);
  return guards && kept;
}

async function findExistingSecrets(
  { kubectl }: ClusterTools,
  { config, profile, desired }: Project,
): Promise<ReadonlySet<string>> {
  if (profile.applyMethod === 'server-side') return new Set();
  const secrets = desired.objects.filter(({ content }) => content.object.kind === 'Secret');
  const existing = listServiceNamespaces(config).map(async (namespace) => {
    const inside = secrets.filter(({ content }) => content.object.metadata.namespace === namespace);
    const names = inside.map(({ content }) => content.object.metadata.name);
    const found = await kubectl.findExisting('secrets', namespace, names);
    return inside.filter(({ content }) => found.has(content.object.metadata.name)).map(({ path }) => path);
  });
  return new Set((await Promise.all(existing)).flat());
}
