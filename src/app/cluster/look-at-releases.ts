import pLimit from 'p-limit';
import { templateChart } from '../../world/helm/chart-template.ts';
import { readReleaseManifest } from '../../world/helm/release-history.ts';
import type { ServerDryRun } from '../../world/kubectl/server-dry-run.ts';
import { createStagedCharts } from '../../world/helm/chart-folder.ts';
import { fieldAt, isMap, numberField } from '../../kube/object-fields.ts';
import { addReleaseMetadata, helmFieldManager } from '../../kube/release-metadata.ts';
import type { ReleaseChange, ReleaseName, ReleaseRecord } from '../../model/changes.ts';
import type { DesiredService } from '../../project/desired-services.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { chartFolder } from '../../project/places.ts';
import { judgeComparedRelease, listGone, type ComparedRelease } from '../../cluster/release-comparison.ts';
import type { ClusterTools } from './tools.ts';
import type { RenderedProject } from './rendered-project.ts';

export interface ReleasesRequest {
  readonly rendered: RenderedProject;
  readonly services: readonly DesiredService[];
  readonly records: readonly ReleaseRecord[];
  readonly helmMajor: 3 | 4;
  /** Version of the cluster, that charts are rendered for. */
  readonly kubeVersion: string;
}

/** Each helm keeps a core busy for a tenth of a second. */
const helmsAtOnce = 4;

/**
 * Has the API server compare every object of every release with what the chart makes of it now. Charts are rendered as apply would
 * write them; nothing in the project folder is changed.
 *
 * helm 4 applies as field manager helm, and a dry run as the same manager sees what it would do, down to fields that go. helm 3
 * patches: what differs is overwritten, and what goes is known from the earlier manifest.
 */
export async function lookAtReleases(
  tools: ClusterTools,
  dryRun: ServerDryRun,
  request: ReleasesRequest,
): Promise<readonly ReleaseChange[]> {
  const views = await keepReplicas(dryRun, await viewReleases(tools, request));
  const method = request.helmMajor === 3 ? 'patch' : 'as-before';
  const [previews, gone] = await Promise.all([
    dryRun.preview(
      views.flatMap(({ desired }) => desired),
      { fieldManager: helmFieldManager, method },
    ),
    dryRun.readLive(views.flatMap(listGone)),
  ]);
  const ends = views.reduce<readonly number[]>(
    (sums, { desired }) => [...sums, (sums.at(-1) ?? 0) + desired.length],
    [],
  );
  return views.map((view, index) =>
    judgeComparedRelease(view, previews.slice(index === 0 ? 0 : ends[index - 1], ends[index]), gone),
  );
}

/** What a chart leaves to others stays as it is, see findReplicasAtRisk: a manifest without it would read as the API server's default. */
async function keepReplicas(
  dryRun: ServerDryRun,
  views: readonly ComparedRelease[],
): Promise<readonly ComparedRelease[]> {
  const silent = views.flatMap(({ desired }) =>
    desired.filter((object) => object.kind === 'Deployment' && fieldAt(object, 'spec', 'replicas') === undefined),
  );
  const live = silent.length === 0 ? new Map<KubeObject, KubeObject>() : await dryRun.readLive(silent);
  const complete = (object: KubeObject): KubeObject => {
    const replicas = numberField(live.get(object), 'spec', 'replicas');
    const { spec } = object;
    return replicas === undefined || !isMap(spec) ? object : { ...object, spec: { ...spec, replicas } };
  };
  return views.map((view) => ({ ...view, desired: view.desired.map(complete) }));
}

async function viewReleases(
  { exec, connection }: ClusterTools,
  { rendered, services, records, kubeVersion }: ReleasesRequest,
): Promise<readonly ComparedRelease[]> {
  const limit = pLimit(helmsAtOnce);
  const staged = createStagedCharts();
  const view = async (service: DesiredService): Promise<ComparedRelease> => {
    const release: ReleaseName = { name: service.release, namespace: service.namespace };
    const name = chartFolder(service.name);
    const changed = rendered.readChangedChart(service);
    const folder = changed === undefined ? name : staged.stage(service.name, changed);
    const desired = await templateChart(exec, {
      folder,
      name,
      release: service.release,
      namespace: service.namespace,
      kubeVersion,
      setFiles: service.setFiles,
    });
    const record = records.find(
      (found) =>
        found.name === service.release && found.namespace === service.namespace && found.status !== 'uninstalled',
    );
    const isSameChart = record?.digest === undefined ? undefined : record.digest === rendered.digestChart(service);
    const earlier =
      record === undefined || isSameChart === true ? [] : await readReleaseManifest(exec, connection, release);
    return {
      service,
      record,
      isSameChart,
      earlier,
      desired: desired.map((object) => addReleaseMetadata(object, release)),
    };
  };
  try {
    // All of them end before their charts are removed.
    const settled = await Promise.allSettled(services.map((service) => limit(view, service)));
    return settled.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
  } finally {
    staged.remove();
  }
}
