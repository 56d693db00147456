import { containsFields } from '../kube/contains-fields.ts';
import { fieldAt, listField } from '../kube/object-fields.ts';
import type { ReleaseChange, ReleaseRecord } from '../model/changes.ts';
import type { PlannedService } from '../model/chart.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { identifyObject } from './orphans.ts';

/** What a release should be, and what is known of it on the cluster. */
export interface ReleaseView {
  readonly service: PlannedService;
  /** Digest of the chart as apply would install it. */
  readonly digest: string;
  readonly record: ReleaseRecord | undefined;
  /** What the chart's objects say at least; empty where a person edited the chart. */
  readonly wanted: readonly KubeObject[];
}

/**
 * What apply has to do for a release, by its record and by its objects as they are: no helm is asked.
 *
 * A digest alone would overlook what somebody changed on the cluster since; the objects alone what the chart no longer says.
 */
export function judgeRelease({ service, digest, record, wanted }: ReleaseView, live: LiveChartObjects): ReleaseChange {
  const { name, release, namespace } = service;
  const change = (reasons: readonly string[]): ReleaseChange => ({ service: name, release, namespace, change: reasons.length === 0 ? 'unchanged' : 'change', reasons });
  if (record === undefined || record.status === 'uninstalled') return { ...change([]), change: 'create' };
  if (record.status !== 'deployed') return change([`its last revision is ${record.status}`]);
  if (record.digest === undefined) return change(['its last revision was not made by apply']);
  if (record.digest !== digest) return change(['chart or values differ']);
  return change(
    wanted.flatMap((object) => {
      const key = identifyObject(object.kind, object.metadata);
      if (isComparedByName(object)) return live.names.has(key) ? [] : [`${object.kind} ${object.metadata.name} is missing`];
      const found = live.objects.get(key);
      if (found === undefined) return [`${object.kind} ${object.metadata.name} is missing`];
      return containsFields(found, selectTelling(object)) ? [] : [`${object.kind} ${object.metadata.name} was changed`];
    }),
  );
}

/** What the cluster has of the charts' objects; keys are identifyObject's. */
export interface LiveChartObjects {
  /** Those that are compared by what they say. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  /** Those of which it counts that they are there. */
  readonly names: ReadonlySet<string>;
}

const comparedByName: ReadonlySet<string> = new Set(['ConfigMap', 'ServiceAccount', 'NetworkPolicy', 'PodDisruptionBudget']);

/** Whether of a chart's object it counts that it is there: what it says is known to helm's template alone. */
export function isComparedByName({ kind }: Pick<KubeObject, 'kind'>): boolean {
  return comparedByName.has(kind);
}

/**
 * What is compared of the others: all of a Service and of a route, by which requests are led; of a Deployment what people change by hand
 * (kubectl scale, kubectl set image).
 */
function selectTelling(object: KubeObject): unknown {
  if (object.kind !== 'Deployment') return object;
  const containers = listField(object, 'spec', 'template', 'spec', 'containers').map((container) => ({ name: fieldAt(container, 'name'), image: fieldAt(container, 'image') }));
  return { spec: { replicas: fieldAt(object, 'spec', 'replicas'), template: { spec: { containers } } } };
}
