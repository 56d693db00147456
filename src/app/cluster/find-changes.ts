import { replicasOf } from '../../charts/own-values.ts';
import type { ClusterChanges, ReleaseChange, ReleaseRecord } from '../../model/changes.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { Findings } from '../../cluster/apply-plan.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import { findReplicasAtRisk } from '../../cluster/release-changes.ts';
import type { ClusterFacts } from './facts.ts';
import type { ClusterTools } from './tools.ts';
import { listUnready, lookLightly, type Look } from './light-look.ts';
import { lookClosely, type LookedUp } from './look-closely.ts';
import type { RenderedProject } from './rendered-project.ts';

export interface FindSettings {
  readonly tools: ClusterTools;
  readonly rendered: RenderedProject;
  readonly facts: LookedUp & Pick<ClusterFacts, 'live' | 'existingNamespaces'>;
  /** Whether the API server compares every object of every release. */
  readonly verifyLive: boolean;
  /** See LookRequest. */
  readonly skipsManifests?: boolean;
}

/**
 * What differs on the cluster. Where a few calls for all services leave a doubt, the API server is asked object by object: for charts that
 * a person edited, and for releases whose objects others seem to have changed.
 *
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function findChanges({
  tools,
  rendered,
  facts,
  verifyLive,
  skipsManifests = false,
}: FindSettings): Promise<Findings> {
  const {
    records,
    live,
    existingNamespaces,
    target: { foreignNamespaces, helmMajor },
  } = facts;
  const { services } = rendered.project.desired;
  const keyless = new Set(rendered.keyless.map(({ path }) => path));
  if (records === undefined || live === undefined)
    return {
      digests: new Map(services.map((service) => [service.name, rendered.digestChart(service)])),
      unready: new Set(),
      keyless,
    };
  const seenLightly = await lookLightly(tools, {
    rendered,
    records,
    live,
    existingNamespaces,
    foreignNamespaces,
    skipsManifests,
  });
  const drifted = services.filter((service) => isDrifted(service, seenLightly, records));
  const edited = services.filter((service) => rendered.listChartObjects(service).length === 0);
  const keepReplicas = new Map(
    services.flatMap((service) => {
      // What an edited chart says is not known: it does not read the number where it says one itself.
      if (replicasOf(service) !== undefined && !edited.includes(service)) return [];
      const { release: name, namespace } = service;
      const replicas = findReplicasAtRisk(
        live.charts.get(identifyObject('Deployment', { name, namespace })),
        helmMajor,
      );
      return replicas === undefined ? [] : [[service.name, replicas] as const];
    }),
  );
  const look = { ...seenLightly, keyless, keepReplicas };
  const doubtful = verifyLive
    ? services
    : services.filter((service) => drifted.includes(service) || edited.includes(service));
  if (doubtful.length === 0 || rendered.project.profile.applyMethod === 'client-side') return look;
  const close = await lookClosely(tools, rendered, facts, verifyLive ? undefined : doubtful);
  const seen = close.releases.flatMap(({ objects = [] }) => objects.flatMap(({ before }) => before ?? []));
  return {
    ...look,
    changes: combine(look.changes, close, new Set(drifted.map(({ name }) => name))),
    unready: new Set([...look.unready, ...listUnready(seen)]),
  };
}

/** Whether a release was made by apply, from this chart, and its objects are no longer what was made. */
function isDrifted(
  { name, namespace, release }: PlannedService,
  { changes, digests }: Look,
  records: readonly ReleaseRecord[],
): boolean {
  if (changes.releases.find(({ service }) => service === name)?.change !== 'change') return false;
  const record = records.find((found) => found.name === release && found.namespace === namespace);
  return record?.status === 'deployed' && record.digest === digests.get(name);
}

/** The API server's word counts: a webhook may write an object otherwise than its chart says, and nothing can be done about it. */
function combine(light: ClusterChanges, close: ClusterChanges, drifted: ReadonlySet<string>): ClusterChanges {
  const closely = new Map(close.releases.map((release) => [release.service, release]));
  const lookedAt = new Set(close.objects.map(({ path }) => path));
  const releases = light.releases.map((release): ReleaseChange => {
    const other = closely.get(release.service);
    if (other === undefined) return release;
    if (release.change === 'unchanged' || drifted.has(release.service)) return other;
    return { ...release, ...(other.objects === undefined ? {} : { objects: other.objects }) };
  });
  return { objects: [...light.objects.filter(({ path }) => !lookedAt.has(path)), ...close.objects], releases };
}
