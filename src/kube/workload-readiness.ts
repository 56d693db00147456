import { fieldAt, numberField, textField } from './object-fields.ts';

/** Whether a workload is rolled out, or what is still missing, in words. */
export type Readiness = { readonly isReady: true } | { readonly isReady: false; readonly missing: string };

/**
 * Whether a live Deployment, DaemonSet or StatefulSet is rolled out, as `kubectl rollout status` decides it
 * (kubernetes/kubectl@v0.35.0:pkg/polymorphichelpers/rollout_status.go); an object of any other kind is.
 */
export function readReadiness(workload: unknown): Readiness {
  const kind = textField(workload, 'kind');
  if (kind !== 'Deployment' && kind !== 'DaemonSet' && kind !== 'StatefulSet') return { isReady: true };
  const [generation, observed] = [
    countAt(workload, 'metadata', 'generation'),
    countAt(workload, 'status', 'observedGeneration'),
  ];
  if (observed < generation) {
    return {
      isReady: false,
      missing: `nobody has looked at it yet (generation ${generation}, observed ${observed}): the cluster's controller manager may not run`,
    };
  }
  const missing =
    kind === 'Deployment'
      ? missingOfDeployment(workload)
      : kind === 'DaemonSet'
        ? missingOfDaemonSet(workload)
        : missingOfStatefulSet(workload);
  return missing === undefined ? { isReady: true } : { isReady: false, missing };
}

/** Whether an object of this kind has pods that a rollout brings. */
export function isWorkload({ kind }: { readonly kind: string }): boolean {
  return kind === 'Deployment' || kind === 'DaemonSet' || kind === 'StatefulSet';
}

/** Short for readReadiness. */
export function isReady(workload: unknown): boolean {
  return readReadiness(workload).isReady;
}

/** The condition of a type, of whatever object. */
export function conditionOf(object: unknown, type: string): unknown {
  const conditions = fieldAt(object, 'status', 'conditions');
  return Array.isArray(conditions)
    ? (conditions as readonly unknown[]).find((condition) => textField(condition, 'type') === type)
    : undefined;
}

function missingOfDeployment(workload: unknown): string | undefined {
  // A pause counts for what is still to come only.
  const paused = fieldAt(workload, 'spec', 'paused') === true ? ', and the Deployment is paused' : '';
  const wanted = numberField(workload, 'spec', 'replicas') ?? 1;
  const [replicas, updated, available] = ['replicas', 'updatedReplicas', 'availableReplicas'].map((name) =>
    countAt(workload, 'status', name),
  ) as [number, number, number];
  if (updated < wanted) return `${updated} of ${wanted} new pods were made${paused}`;
  if (replicas > updated)
    return `${countPods(replicas - updated)} of before ${replicas - updated === 1 ? 'is' : 'are'} still there${paused}`;
  if (available < updated) return `${available} of ${updated} pods are ready${paused}`;
  const progressing = conditionOf(workload, 'Progressing');
  return textField(progressing, 'reason') === 'ProgressDeadlineExceeded'
    ? (textField(progressing, 'message') ?? 'ProgressDeadlineExceeded')
    : undefined;
}

function missingOfDaemonSet(workload: unknown): string | undefined {
  const [desired, updated, available] = ['desiredNumberScheduled', 'updatedNumberScheduled', 'numberAvailable'].map(
    (name) => countAt(workload, 'status', name),
  ) as [number, number, number];
  // With OnDelete old pods stay until somebody deletes them.
  if (textField(workload, 'spec', 'updateStrategy', 'type') !== 'OnDelete' && updated < desired)
    return `${updated} of ${desired} new pods were made`;
  return available < desired ? `${available} of ${desired} pods are ready` : undefined;
}

function missingOfStatefulSet(workload: unknown): string | undefined {
  const wanted = numberField(workload, 'spec', 'replicas') ?? 1;
  const [ready, updated] = [
    countAt(workload, 'status', 'readyReplicas'),
    countAt(workload, 'status', 'updatedReplicas'),
  ];
  if (ready < wanted) return `${ready} of ${wanted} pods are ready`;
  if (textField(workload, 'spec', 'updateStrategy', 'type') === 'OnDelete') return undefined;
  const partition = countAt(workload, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
  if (partition > 0)
    return updated < wanted - partition ? `${updated} of ${wanted - partition} pods are new` : undefined;
  return textField(workload, 'status', 'updateRevision') === textField(workload, 'status', 'currentRevision')
    ? undefined
    : `${updated} of ${wanted} pods are new`;
}

function countAt(object: unknown, ...path: readonly string[]): number {
  return numberField(object, ...path) ?? 0;
}

function countPods(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`;
}
