import { fieldAt, listField, numberField, textField, textListField } from './object-fields.ts';
import { conditionOf } from './workload-readiness.ts';

/** Why a pod is not ready. */
export interface PodCause {
  /** In the words of the API. */
  readonly text: string;
  /** What tells most comes first: lower. */
  readonly rank: number;
  /** The container whose last words would tell more. */
  readonly log?: ContainerLog;
  /** Whether it was tried several times, or cannot be tried, so that hardly anything but a person mends it. */
  readonly isStuck?: boolean;
}

export interface ContainerLog {
  readonly pod: string;
  readonly container: string;
  /** The container has been started anew meanwhile: the words of the one before count. */
  readonly isPrevious: boolean;
}

/** A Warning event, as far as it is needed. */
export interface WarningEvent {
  /** `Pod/svc7-5d4-x2x`. */
  readonly about: string;
  readonly reason: string;
  readonly message: string;
  /** RFC 3339; sorts as text. */
  readonly time: string;
}

export const ranks = {
  notMade: 0,
  container: 1,
  mount: 2,
  unschedulable: 2,
  probe: 3,
  leaving: 4,
  starting: 5,
  other: 6,
} as const;

/** Why this pod is not ready; empty when it is. @param events about this pod, oldest first. */
export function explainPod(pod: unknown, events: readonly WarningEvent[]): readonly PodCause[] {
  const name = textField(pod, 'metadata', 'name') ?? '';
  const deletion = textField(pod, 'metadata', 'deletionTimestamp');
  if (deletion !== undefined) return [explainLeaving(pod, name, deletion)];
  if (textField(conditionOf(pod, 'Ready'), 'status') === 'True') return [];
  if (textField(pod, 'status', 'phase') === 'Failed' && textField(pod, 'status', 'reason') !== undefined) {
    return [
      { rank: ranks.container, text: join(textField(pod, 'status', 'reason'), textField(pod, 'status', 'message')) },
    ];
  }
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (textField(scheduled, 'status') === 'False')
    return [{ rank: ranks.unschedulable, text: join(textField(scheduled, 'reason'), textField(scheduled, 'message')) }];

  const containers = [
    ...listField(pod, 'status', 'initContainerStatuses'),
    ...listField(pod, 'status', 'containerStatuses'),
  ];
  const causes = containers.flatMap((status) => explainContainer(name, status, events) ?? []);
  if (causes.length > 0 && causes.some(({ rank }) => rank < ranks.starting))
    return causes.filter(({ rank }) => rank < ranks.starting);
  const mount = events.findLast(
    ({ reason }) => reason === 'FailedMount' || reason === 'FailedAttachVolume' || reason === 'FailedCreatePodSandBox',
  );
  if (mount !== undefined && causes.some(({ rank }) => rank === ranks.starting))
    return [{ rank: ranks.mount, text: `${mount.reason}: ${mount.message}`, isStuck: lacksVolumes(pod, mount) }];
  const ready = conditionOf(pod, 'Ready');
  const isGated = textField(conditionOf(pod, 'ContainersReady'), 'status') === 'True';
  return causes.length > 0
    ? causes
    : [
        {
          rank: ranks.other,
          text: isGated
            ? join(textField(ready, 'reason'), textField(ready, 'message'))
            : 'the pod has not been started yet',
        },
      ];
}

function explainLeaving(pod: unknown, name: string, deletion: string): PodCause {
  const finalizers = textListField(pod, 'metadata', 'finalizers');
  return {
    rank: ranks.leaving,
    text: `pod ${name} is still there, to be deleted by ${deletion}${finalizers.length === 0 ? '' : ` (finalizers: ${finalizers.join(', ')})`}`,
  };
}

/**
 * Whether a volume keeps the pod from its sandbox still: an event outlives what it tells of. Before Kubernetes 1.29 a pod does not say so
 * (KEP-3085), and other volumes may need minutes to come over from another node.
 */
function lacksVolumes(pod: unknown, { reason }: WarningEvent): boolean {
  return reason === 'FailedMount' && textField(conditionOf(pod, 'PodReadyToStartContainers'), 'status') === 'False';
}

/** A program may end once or twice because another that it needs is not there yet. */
const fewestRestarts = 2;

/** Undefined for a container that is as it should be. */
function explainContainer(pod: string, status: unknown, events: readonly WarningEvent[]): PodCause | undefined {
  const name = textField(status, 'name') ?? '';
  const say = (rank: number, text: string): PodCause => ({ rank, text: `container ${name}: ${text}` });
  const waiting = fieldAt(status, 'state', 'waiting');
  const reason = textField(waiting, 'reason') ?? '';
  const ended =
    fieldAt(status, 'state', 'terminated') ??
    (reason === 'CrashLoopBackOff' || waiting === undefined ? fieldAt(status, 'lastState', 'terminated') : undefined);
  if (fieldAt(status, 'ready') === true) return undefined;
  if (waiting !== undefined && reason !== 'CrashLoopBackOff') {
    if (reason === 'ContainerCreating' || reason === 'PodInitializing' || reason === '')
      return say(ranks.starting, reason === '' ? 'waits' : reason);
    return {
      ...say(ranks.container, explainWaiting(reason, textField(waiting, 'message') ?? '', events)),
      isStuck: true,
    };
  }
  const probe = events.findLast(
    ({ reason: about, message }) =>
      about === 'Unhealthy' && (fieldAt(status, 'started') === true ? true : !message.startsWith('Readiness')),
  );
  const isRunning = fieldAt(status, 'state', 'running') !== undefined;
  const restarts = numberField(status, 'restartCount') ?? 0;
  if (isRunning && (probe !== undefined || ended === undefined)) {
    return probe === undefined ? say(ranks.starting, 'runs, and is not ready yet') : say(ranks.probe, probe.message);
  }
  if (fieldAt(status, 'state', 'terminated', 'exitCode') === 0 && restarts === 0) return undefined;
  const killed = probe !== undefined && !probe.message.startsWith('Readiness') ? `; ${probe.message}` : '';
  return {
    ...say(ranks.container, `${formatEnd(ended)}${killed}`),
    log: { pod, container: name, isPrevious: isRunning },
    isStuck: !isRunning && restarts >= fewestRestarts,
  };
}

/** The kubelet says the same of a pull that fails and of the pause until the next try (kubernetes@1.35 pkg/kubelet/images). */
function explainWaiting(reason: string, message: string, events: readonly WarningEvent[]): string {
  const inner = /^Back-off pulling image [^:]*(?::[^:]*)*?: (ErrImagePull: .*)$/s.exec(message)?.[1];
  if (inner !== undefined) return inner;
  const failed =
    reason === 'ImagePullBackOff'
      ? events.findLast(({ message: said }) => said.startsWith('Failed to pull image'))
      : undefined;
  return failed === undefined ? join(reason, message) : `ErrImagePull: ${failed.message}`;
}

function formatEnd(ended: unknown): string {
  const [reason, message] = [textField(ended, 'reason') ?? 'CrashLoopBackOff', textField(ended, 'message')?.trim()];
  const exitCode = fieldAt(ended, 'exitCode');
  if (typeof exitCode !== 'number') return reason;
  const signal =
    fieldAt(ended, 'signal') ??
    (exitCode > 128 && exitCode < 160 && reason !== 'StartError' ? exitCode - 128 : undefined);
  const code =
    reason === 'StartError'
      ? ''
      : `, exit code ${exitCode}${typeof signal === 'number' && reason !== 'OOMKilled' ? ` (signal ${signal})` : ''}`;
  return `${reason === 'Error' ? 'CrashLoopBackOff' : reason}${code}${message === undefined || message === '' ? '' : `: ${message}`}`;
}

function join(reason: string | undefined, message: string | undefined): string {
  return [reason, message].filter((text) => text !== undefined && text !== '').join(': ');
}
