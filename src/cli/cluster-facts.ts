import { ToolError } from '../errors.ts';
import type { Release } from '../effects/helm.ts';
import type { Cluster } from '../effects/kubectl.ts';
import { ownerLabel, ownerSelector } from '../kube/ownership.ts';
import type { ApplyTarget, Orphans } from '../plan/apply-plan.ts';
import { findOrphanedObjects, findOrphanedReleases } from '../plan/orphans.ts';
import {
  judgeNamespaces,
  refuseMissingResources,
  refuseOthersObjects,
  refuseOthersReleases,
  refuseTakenNodePort,
  refuseVersion,
} from './cluster-checks.ts';
import { bindToContext, type ClusterTools } from './cluster-tools.ts';
import { selectRemovable } from './owned-objects.ts';
import type { Project } from './project.ts';

/** What apply needs to know of the tools and the cluster. */
export interface ClusterFacts {
  readonly tools: ClusterTools;
  readonly cluster?: Cluster;
  readonly target: Omit<ApplyTarget, 'timeout' | 'orphans'>;
  /** What the cluster has of this controller and the project would no longer bring. */
  readonly orphans: Orphans;
  readonly nodeAddress?: string;
  /** What could not be looked up, and why; only in a dry run, elsewhere it is a failure. */
  readonly unknown: readonly string[];
}

/**
 * Looks at the tools and the cluster and refuses what cannot work, before anything is written anywhere.
 *
 * @param isTolerant for a dry run: what cannot be looked up is told instead of thrown.
 * @throws ToolError when kubectl, helm or the cluster fail; UsageError when the project does not fit the cluster.
 */
export async function lookUpCluster(tools: ClusterTools, project: Project, isTolerant: boolean): Promise<ClusterFacts> {
  const unknown: string[] = [];
  const look = async <Value>(what: string, question: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await question();
    } catch (error) {
      if (!isTolerant || !(error instanceof ToolError)) throw error;
      unknown.push(`${what}: ${error.message}`);
      return undefined;
    }
  };
  const kubectlVersion = await look('kubectl', () => tools.kubectl.readClientVersion());
  const helmVersion = await look('helm (version 4 assumed)', () => tools.helm.readHelmVersion());
  const cluster = kubectlVersion === undefined ? undefined : await look('the cluster', () => tools.kubectl.readCluster());
  const helmMajor = helmVersion?.major ?? 4;
  if (cluster === undefined) {
    const nothing = { releases: [], existingSecrets: new Set<string>(), foreignNamespaces: new Set<string>() };
    return { tools, target: { connection: tools.connection, helmMajor, ...nothing }, orphans: { releases: [], objects: [] }, unknown };
  }

  const bound = bindToContext(tools, cluster.context);
  const { desired, config } = project;
  refuseVersion(cluster, project);
  await look('what the cluster serves', () => refuseMissingResources(bound, project));
  const namespaces = await look('namespaces', () => judgeNamespaces(bound, project));
  await look('who has the node port', () => refuseTakenNodePort(bound, project));
  const owned = (await look('what is installed', () => bound.kubectl.listOwned(ownerLabel))) ?? [];
  refuseOthersObjects(owned, project);
  const releases = helmVersion === undefined ? [] : ((await look('releases', () => findReleases(bound, project))) ?? []);
  const existingSecrets = await look('Secrets', () => findExistingSecrets(bound, project));
  const nodeAddress = await findNodeAddress(bound);
  return {
    tools: bound,
    cluster,
    target: {
      connection: bound.connection,
      helmMajor,
      releases,
      existingSecrets: existingSecrets ?? new Set(),
      foreignNamespaces: new Set(namespaces?.filter(({ state }) => state === 'foreign').map(({ name }) => name)),
    },
    orphans: {
      releases: findOrphanedReleases(releases, desired),
      objects: findOrphanedObjects(selectRemovable(owned.filter(({ owner }) => owner === config.controller.name)), desired),
    },
    ...(nodeAddress === undefined ? {} : { nodeAddress }),
    unknown,
  };
}

async function findReleases({ helm }: ClusterTools, project: Project): Promise<readonly Release[]> {
  const ours = await helm.listReleases(ownerSelector(project.config.controller.name));
  refuseOthersReleases(await helm.listReleases(), ours, project);
  return ours;
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

async function findExistingSecrets({ kubectl }: ClusterTools, { config, profile, desired }: Project): Promise<ReadonlySet<string>> {
  if (profile.applyMethod === 'server-side') return new Set();
  const secrets = desired.objects.filter(({ content }) => content.object.kind === 'Secret');
  const existing = await kubectl.findExisting('secrets', config.namespace, secrets.map(({ content }) => content.object.metadata.name));
  return new Set(secrets.filter(({ content }) => existing.has(content.object.metadata.name)).map(({ path }) => path));
}
