import { fieldAt, listField, textField } from './object-fields.ts';
import { explainPod, ranks, type ContainerLog, type PodCause, type WarningEvent } from './pod-causes.ts';
import { conditionOf, readReadiness } from './workload-readiness.ts';

/** What a namespace holds beside its workloads. */
export interface WorkloadEvidence {
  /** With `metadata` (name, uid, ownerReferences, annotations, deletionTimestamp) and `status`. */
  readonly replicaSets: readonly unknown[];
  readonly pods: readonly unknown[];
  /** Oldest first. */
  readonly events: readonly WarningEvent[];
}

export interface WorkloadCauses {
  /** What tells most first; never empty. */
  readonly lines: readonly string[];
  /** A container whose last words would tell more. */
  readonly log?: ContainerLog;
  /** Whether a cause is among them that hardly anything but a person mends. */
  readonly isStuck: boolean;
}

/** Lines for one workload: more than this nobody reads. */
const maxLines = 5;

/** Why a live workload is not rolled out, from what the API says of it, its pods and events; undefined when it is. */
export function explainWorkload(workload: unknown, evidence: WorkloadEvidence): WorkloadCauses | undefined {
  const readiness = readReadiness(workload);
  if (readiness.isReady) return undefined;
  const { makers, pods } = selectOwn(workload, evidence);
  const causes = pods.flatMap((pod) => {
    const about = `Pod/${textField(pod, 'metadata', 'name') ?? ''}`;
    return explainPod(
      pod,
      evidence.events.filter((event) => event.about === about),
    ).map((cause) => ({ ...cause, key: withoutIdentity(cause.text, pod) }));
  });
  const folded = [...explainMaking(makers, evidence.events), ...foldPods(causes)].sort(
    (one, other) => one.rank - other.rank,
  );
  const lines = folded.map(({ text }) => text);
  const log = folded.find((cause) => cause.log !== undefined)?.log;
  return {
    lines:
      lines.length === 0
        ? [readiness.missing]
        : lines.length > maxLines
          ? [...lines.slice(0, maxLines), `and ${lines.length - maxLines} more`]
          : lines,
    ...(log !== undefined && { log }),
    isStuck: folded.some((cause) => cause.isStuck === true),
  };
}

/** The objects that make the pods that count, and those pods: of a Deployment those of its newest ReplicaSet, and whatever is still leaving. */
function selectOwn(
  workload: unknown,
  { replicaSets, pods }: WorkloadEvidence,
): { readonly makers: readonly unknown[]; readonly pods: readonly unknown[] } {
  const own = (objects: readonly unknown[], owner: unknown): readonly unknown[] =>
    objects.filter((object) => isOwnedBy(object, owner));
  if (textField(workload, 'kind') !== 'Deployment') return { makers: [workload], pods: own(pods, workload) };
  const sets = [...own(replicaSets, workload)].sort((one, other) => revisionOf(other) - revisionOf(one));
  const [newest, ...older] = sets;
  const isLeaving = (pod: unknown): boolean => textField(pod, 'metadata', 'deletionTimestamp') !== undefined;
  return {
    makers: newest === undefined ? [workload] : [workload, newest],
    pods: [
      ...(newest === undefined ? [] : own(pods, newest)),
      ...older.flatMap((set) => own(pods, set).filter(isLeaving)),
    ],
  };
}

function isOwnedBy(object: unknown, owner: unknown): boolean {
  const uid = textField(owner, 'metadata', 'uid');
  return (
    uid !== undefined &&
    listField(object, 'metadata', 'ownerReferences').some((reference) => textField(reference, 'uid') === uid)
  );
}

function revisionOf(replicaSet: unknown): number {
  return Number(textField(replicaSet, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') ?? 0);
}

/** Why pods could not be made: quota, Pod Security, a webhook. A DaemonSet or StatefulSet says so in events alone. */
function explainMaking(makers: readonly unknown[], events: readonly WarningEvent[]): readonly PodCause[] {
  const found = makers.flatMap((maker) => {
    const failure = conditionOf(maker, 'ReplicaFailure');
    return textField(failure, 'status') === 'True' ? (textField(failure, 'message') ?? []) : [];
  });
  const abouts = makers.filter(
    (maker) => textField(maker, 'kind') === 'DaemonSet' || textField(maker, 'kind') === 'StatefulSet',
  );
  const said = abouts.flatMap((maker) => {
    const about = `${textField(maker, 'kind') ?? ''}/${textField(maker, 'metadata', 'name') ?? ''}`;
    return (
      events.findLast((event) => event.about === about && event.reason === 'FailedCreate' && !hasAllPods(maker))
        ?.message ?? []
    );
  });
  const text = [...found, ...said][0];
  return text === undefined
    ? []
    : [
        {
          isStuck: found.length > 0,
          rank: ranks.notMade,
          text: `FailedCreate: ${text.replace(/^\(combined from similar events\): /, '').replace(/^Error creating: /, '')}`,
        },
      ];
}

function hasAllPods(workload: unknown): boolean {
  const wanted = fieldAt(workload, 'status', 'desiredNumberScheduled') ?? fieldAt(workload, 'spec', 'replicas');
  const made = fieldAt(workload, 'status', 'currentNumberScheduled') ?? fieldAt(workload, 'status', 'replicas');
  return typeof wanted === 'number' && typeof made === 'number' && made >= wanted;
}

/** One line for all pods of which the same can be said. */
function foldPods(causes: readonly (PodCause & { readonly key: string })[]): readonly PodCause[] {
  const groups = new Map<string, PodCause[]>();
  for (const cause of causes) {
    const group = groups.get(cause.key);
    if (group === undefined) groups.set(cause.key, [cause]);
    else group.push(cause);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [group.length === 1 ? first : { ...first, text: `${group.length} pods: ${first.text}` }];
  });
}

/** What the API says of a pod names it, its id and its address: without these it says the same of its sisters. */
function withoutIdentity(text: string, pod: unknown): string {
  const identities = [
    textField(pod, 'metadata', 'name'),
    textField(pod, 'metadata', 'uid'),
    textField(pod, 'status', 'podIP'),
  ];
  return identities.reduce<string>(
    (rest, identity) => (identity === undefined || identity === '' ? rest : rest.replaceAll(identity, '')),
    text,
  );
}
