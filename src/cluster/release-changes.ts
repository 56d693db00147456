import { containsFields } from '../kube/contains-fields.ts';
import { hasApplied } from '../kube/field-managers.ts';
import { fieldAt, listField, numberField } from '../kube/object-fields.ts';
import { nameObject } from '../kube/object-identity.ts';
import { helmFieldManager } from '../kube/release-metadata.ts';
import type { Difference, ObjectDifference, ReleaseChange, ReleaseRecord } from '../model/changes.ts';
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
  readonly desired: readonly KubeObject[];
}

/**
 * What apply has to do for a release, by its record and by its objects as they are: no helm is asked.
 *
 * A digest alone would overlook what somebody changed on the cluster since; the objects alone what the chart no longer says.
 */
export function judgeRelease(
  { service, digest, record, desired }: ReleaseView,
  live: ReadonlyMap<string, KubeObject>,
): ReleaseChange {
  const { name, release, namespace } = service;
  const change = (reasons: readonly Difference[]): ReleaseChange => ({
    service: name,
    release,
    namespace,
    change: reasons.length === 0 ? 'unchanged' : 'change',
    reasons,
  });
  if (record === undefined || record.status === 'uninstalled') return { ...change([]), change: 'create' };
  if (record.status !== 'deployed') return change([{ about: 'revision-status', status: record.status }]);
  if (record.digest === undefined) return change([{ about: 'revision-origin' }]);
  if (record.digest !== digest) return change([{ about: 'chart' }]);
  return change(
    desired.flatMap((object): readonly ObjectDifference[] => {
      const key = identifyObject(object.kind, object.metadata);
      const tell = (state: ObjectDifference['state']): readonly ObjectDifference[] => [
        { about: 'object', object: nameObject(object), state },
      ];
      const found = live.get(key);
      if (found === undefined) return tell('missing');
      if (comparedByName.has(object.kind)) return [];
      return containsFields(found, selectTelling(object)) ? [] : tell('changed');
    }),
  );
}

/** Of these it counts that they are there: what they say is known to helm's template alone. */
const comparedByName: ReadonlySet<string> = new Set([
  'ConfigMap',
  'ServiceAccount',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'HorizontalPodAutoscaler',
]);

/**
 * What is compared of the others: all of a Service and of a route, by which requests are led; of a Deployment what people change by hand
 * (kubectl scale, kubectl set image).
 */
function selectTelling(object: KubeObject): unknown {
  if (object.kind !== 'Deployment') return object;
  const containers = listField(object, 'spec', 'template', 'spec', 'containers').map((container) => ({
    name: fieldAt(container, 'name'),
    image: fieldAt(container, 'image'),
  }));
  const replicas = fieldAt(object, 'spec', 'replicas');
  return { spec: { ...(replicas === undefined ? {} : { replicas }), template: { spec: { containers } } } };
}

/**
 * How many pods a Deployment has that helm would put back to the API server's default, 1, when its new manifest does not say a number.
 * Server-side apply does so when helm alone set the field (kubernetes.io: Server-Side Apply, Transferring ownership); the patch of helm 3,
 * by which helm 4 goes on with what helm 3 began, whenever the manifest before said one, whoever set it since.
 *
 * @returns undefined where there is nothing to lose.
 */
export function findReplicasAtRisk(live: KubeObject | undefined, helmMajor: 3 | 4): number | undefined {
  const replicas = numberField(live, 'spec', 'replicas');
  if (live === undefined || replicas === undefined || replicas === 1) return undefined;
  const isSafe =
    helmMajor === 4 &&
    hasApplied(live, helmFieldManager) &&
    !hasApplied(live, helmFieldManager, 'f:spec', 'f:replicas');
  return isSafe ? undefined : replicas;
}
