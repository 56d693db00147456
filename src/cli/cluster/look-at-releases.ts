import { templateChart } from '../../effects/chart-template.ts';
import { createSlots } from '../../effects/probes/slots.ts';
import { readReleaseManifest } from '../../effects/release-manifest.ts';
import type { Preview, ServerDryRun } from '../../effects/server-dry-run.ts';
import { createStagedCharts } from '../../effects/staged-charts.ts';
import { compareObjects } from '../../kube/compare-objects.ts';
import { isSameObject, nameObject } from '../../kube/object-identity.ts';
import { addReleaseMetadata, helmFieldManager, isKeptByHelm, isOwnedByRelease } from '../../kube/release-metadata.ts';
import { dropRemovedFields } from '../../kube/removed-fields.ts';
import type { ObjectChange, ReleaseChange, ReleaseRecord } from '../../model/changes.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import { inlineAuthority } from '../../plan/apply-plan.ts';
import { chartFolder } from '../../plan/places.ts';
import type { ClusterTools } from './tools.ts';
import type { RenderedProject } from './rendered-project.ts';

export interface ReleasesRequest {
  readonly rendered: RenderedProject;
  readonly services: readonly PlannedService[];
  readonly records: readonly ReleaseRecord[];
  readonly helmMajor: 3 | 4;
  /** Version of the cluster, that charts are rendered for. */
  readonly kubeVersion: string;
}

/** Each helm keeps a core busy for a tenth of a second. */
const helmsAtOnce = 4;

/** A release as its chart wants it, and as the cluster remembers it. */
interface ReleaseView {
  readonly service: PlannedService;
  readonly record: ReleaseRecord | undefined;
  /** Absent: the record does not say. */
  readonly isSameChart: boolean | undefined;
  readonly wanted: readonly KubeObject[];
  /** What its newest revision was made of; nothing where the chart is the same. */
  readonly earlier: readonly KubeObject[];
}

/**
 * Has the API server compare every object of every release with what the chart makes of it now. Charts are rendered as apply would
 * write them; nothing in the project folder is changed.
 *
 * helm 4 applies as field manager helm, and a dry run as the same manager sees what it would do, down to fields that go. helm 3
 * patches: what differs is overwritten, and what goes is known from the earlier manifest.
 */
export async function lookAtReleases(tools: ClusterTools, dryRun: ServerDryRun, request: ReleasesRequest): Promise<readonly ReleaseChange[]> {
  const views = await viewReleases(tools, request);
  const method = request.helmMajor === 3 ? 'patch' : 'as-before';
  const [previews, gone] = await Promise.all([
    dryRun.preview(views.flatMap(({ wanted }) => wanted), { fieldManager: helmFieldManager, method }),
    dryRun.readLive(views.flatMap(findGone)),
  ]);
  const ends = views.reduce<readonly number[]>((sums, { wanted }) => [...sums, (sums.at(-1) ?? 0) + wanted.length], []);
  return views.map((view, index) => {
    const own = previews.slice(index === 0 ? 0 : ends[index - 1], ends[index]);
    const changes = own.map((preview, place) => judgeObject(view, preview, view.wanted[place]));
    const removed = findGone(view).flatMap((object): readonly ObjectChange[] => {
      const live = gone.get(object);
      return live === undefined || isKeptByHelm(live) ? [] : [{ object: nameObject(object), change: 'delete', before: live, conflicts: [] }];
    });
    return judgeRelease(view, [...changes, ...removed]);
  });
}

async function viewReleases({ exec, connection }: ClusterTools, { rendered, services, records, kubeVersion }: ReleasesRequest): Promise<readonly ReleaseView[]> {
  const { config, profile } = rendered.project;
  const slots = createSlots(helmsAtOnce);
  const staged = createStagedCharts();
  const view = async (service: PlannedService): Promise<ReleaseView> => {
    const release = await slots.take();
    try {
      const name = chartFolder(service.name);
      const changed = rendered.readChangedChart(service);
      const folder = changed === undefined ? name : staged.stage(service.name, changed);
      const wanted = await templateChart(exec, { folder, name, release: service.release, namespace: service.namespace, kubeVersion, setFiles: inlineAuthority(config, profile, service) });
      const record = records.find((found) => found.name === service.release && found.namespace === service.namespace && found.status !== 'uninstalled');
      const isSameChart = record?.digest === undefined ? undefined : record.digest === rendered.digestChart(service);
      const earlier = record === undefined || isSameChart === true ? [] : await readReleaseManifest(exec, connection, service);
      return { service, record, isSameChart, earlier, wanted: wanted.map((object) => addReleaseMetadata(object, service)) };
    } finally {
      release();
    }
  };
  try {
    // All of them end before their charts are removed.
    const settled = await Promise.allSettled(services.map(view));
    return settled.map((outcome) => {
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    });
  } finally {
    staged.remove();
  }
}

function findGone({ earlier, wanted }: ReleaseView): readonly KubeObject[] {
  return earlier.filter((object) => !wanted.some((other) => isSameObject(other, object)));
}

function judgeObject({ service, record, earlier }: ReleaseView, { isPatched, ...change }: Preview, wanted: KubeObject | undefined): ObjectChange {
  if (record === undefined && change.before !== undefined && !isOwnedByRelease(change.before, service)) {
    return { ...change, refusal: change.refusal ?? `it exists and does not belong to release ${service.release}: helm does not take it over` };
  }
  const old = wanted === undefined ? undefined : earlier.find((object) => isSameObject(wanted, object));
  if (!isPatched || change.before === undefined || wanted === undefined || old === undefined || change.refusal !== undefined) return change;
  const after = dropRemovedFields(change.after ?? change.before, old, wanted);
  return compareObjects(change.before, after) === 'unchanged' ? change : { ...change, change: 'change', after };
}

function judgeRelease({ service, record, isSameChart }: ReleaseView, objects: readonly ObjectChange[]): ReleaseChange {
  const known = { service: service.name, release: service.release, namespace: service.namespace, objects };
  if (record === undefined) return { ...known, change: 'create', reasons: [] };
  const reasons = [
    ...(record.status === 'deployed' ? [] : [`its last revision is ${record.status}`]),
    ...(isSameChart === false ? ['chart or values differ'] : []),
    ...objects.flatMap(describeObject),
  ];
  return { ...known, change: reasons.length === 0 ? 'unchanged' : 'change', reasons };
}

function describeObject({ object: { kind, name }, change, refusal }: ObjectChange): readonly string[] {
  switch (change) {
    case 'create':
      return [`${kind} ${name} is missing`];
    case 'change':
      return [`${kind} ${name} differs`];
    case 'delete':
      return [`${kind} ${name} goes`];
    case 'unchanged':
      return refusal === undefined ? [] : [`${kind} ${name} is refused`];
  }
}
