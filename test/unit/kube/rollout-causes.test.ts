import { describe, expect, it } from 'vitest';
import { explainWorkload, type WorkloadEvidence } from '../../../src/kube/rollout-causes.ts';
import { isReady, readReadiness } from '../../../src/kube/workload-readiness.ts';
// Captured from Kubernetes 1.35.4: Deployments that were made to fail, one for each cause; shortened.
import captured from './unready-workloads.json' with { type: 'json' };

type Name = keyof typeof captured;

function explain(
  name: Name,
  change: (evidence: WorkloadEvidence) => Partial<WorkloadEvidence> = () => ({}),
): ReturnType<typeof explainWorkload> {
  const { workload, ...evidence } = captured[name];
  return explainWorkload(workload, { ...evidence, ...change(evidence) });
}

describe('why a Deployment is not ready', () => {
  it.each<readonly [Name, RegExp]>([
    [
      'image',
      /^2 pods: container c: ErrImagePull: failed to pull and unpack image "docker\.io\/library\/caddy:9\.9\.9-nope": .*no such host$/,
    ],
    ['crash', /^2 pods: container c: CrashLoopBackOff, exit code 1$/],
    ['init', /^container i: CrashLoopBackOff, exit code 1$/],
    ['oom', /^container c: OOMKilled, exit code 137$/],
    ['env', /^container c: CreateContainerConfigError: secret "no-such-secret" not found$/],
    ['mount', /^2 pods: FailedMount: MountVolume\.SetUp failed for volume "v" : secret "no-such-secret" not found$/],
    ['nowhere', /^Unschedulable: 0\/1 nodes are available: 1 node\(s\) didn't match Pod's node affinity\/selector\./],
    [
      'unready',
      /^container c: Readiness probe failed: Get "http:\/\/[^"]+:8080\/ready": dial tcp [^ ]+ connect: connection refused$/,
    ],
    [
      'quota',
      /^FailedCreate: pods "quota-[^"]+" is forbidden: exceeded quota: no-pods, requested: pods=1, used: pods=0, limited: pods=0$/,
    ],
    [
      'psa',
      /^FailedCreate: pods "psa-[^"]+" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false/,
    ],
  ])('%s', (name, expected) => {
    const lines = explain(name)?.lines;
    expect(lines).toHaveLength(1);
    expect(lines?.[0]).toMatch(expected);
  });

  it.each<readonly [Name, boolean]>([
    ...(['image', 'crash', 'init', 'oom', 'env', 'mount', 'quota', 'psa'] as const).map(
      (name) => [name, true] as const,
    ),
    // A node may come, and a program may need its time.
    ['nowhere', false],
    ['unready', false],
  ])('tells what hardly heals by itself: %s %s', (name, expected) => {
    expect(explain(name)?.isStuck).toBe(expected);
  });

  const changePods = (name: Name, from: RegExp, to: string): ReturnType<typeof explainWorkload> =>
    explain(name, ({ pods }) => ({
      pods: pods.map((pod) => JSON.parse(JSON.stringify(pod).replaceAll(from, to)) as unknown),
    }));

  it('gives a container two tries before it counts as stuck', () => {
    expect(changePods('crash', /"restartCount":\d+/g, '"restartCount":2')?.isStuck).toBe(true);
    expect(changePods('crash', /"restartCount":\d+/g, '"restartCount":1')?.isStuck).toBe(false);
  });

  it('takes no volume for missing once the pod has its sandbox, or where the pod does not say so', () => {
    expect(
      changePods(
        'mount',
        /"status":"False","type":"PodReadyToStartContainers"/g,
        '"status":"True","type":"PodReadyToStartContainers"',
      )?.isStuck,
    ).toBe(false);
    expect(changePods('mount', /PodReadyToStartContainers/g, 'Other')?.isStuck).toBe(false);
  });

  it('names the container whose log tells more, for crashes alone', () => {
    expect(explain('crash')?.log).toMatchObject({ container: 'c', isPrevious: false });
    expect(explain('init')?.log).toMatchObject({ container: 'i' });
    expect(explain('image')?.log).toBeUndefined();
    expect(explain('quota')?.log).toBeUndefined();
  });

  it('is nothing for one that is ready', () => {
    expect(isReady(captured.ok.workload)).toBe(true);
    expect(explain('ok')).toBeUndefined();
  });

  it('leaves out the pods of an older revision, unless they do not go', () => {
    // `unready` was changed once: the pod of before crashes still.
    const lines = explain('unready')?.lines.join('\n');
    expect(lines).not.toContain('StartError');
    const old = captured.unready.pods.find(({ status }) => JSON.stringify(status).includes('StartError'));
    expect(old).toBeDefined();
    const leaving = {
      ...old,
      metadata: { ...old?.metadata, deletionTimestamp: '2026-11-23T07:11:00Z', finalizers: ['example.test/hold'] },
    };
    const others = captured.unready.pods.filter((pod) => pod !== old);
    expect(explain('unready', () => ({ pods: [leaving, ...others] }))?.lines[1]).toBe(
      `pod ${old?.metadata.name ?? ''} is still there, to be deleted by 2026-11-23T07:11:00Z (finalizers: example.test/hold)`,
    );
  });

  it('says what is missing when no pod says more', () => {
    expect(explain('quota', () => ({ replicaSets: [], pods: [], events: [] }))?.lines[0]).toContain('exceeded quota');
    expect(explain('env', () => ({ replicaSets: [], pods: [], events: [] }))?.lines).toEqual(['0 of 1 pods are ready']);
  });

  it('does not take another workload’s pods or events', () => {
    const { workload } = captured.env;
    expect(explainWorkload(workload, captured.crash)?.lines).toEqual(['0 of 1 pods are ready']);
  });

  it('stays short, whatever the number of reasons', () => {
    const [pod] = captured.env.pods;
    const pods = Array.from({ length: 20 }, (_, index) => {
      const status = JSON.parse(JSON.stringify(pod?.status).replaceAll('no-such-secret', `secret-${index}`)) as unknown;
      return { ...pod, status };
    });
    const lines = explain('env', () => ({ pods }))?.lines;
    expect(lines).toHaveLength(6);
    expect(lines?.at(-1)).toBe('and 15 more');
  });
});

describe('readiness, as kubectl rollout status has it', () => {
  const deployment = (status: object, spec: object = {}): unknown => ({
    kind: 'Deployment',
    metadata: { generation: 2 },
    spec: { replicas: 2, ...spec },
    status: { observedGeneration: 2, ...status },
  });
  const daemonSet = (status: object): unknown => ({
    kind: 'DaemonSet',
    metadata: { generation: 1 },
    status: { observedGeneration: 1, desiredNumberScheduled: 2, ...status },
  });
  const statefulSet = (status: object, spec: object = {}): unknown => ({
    kind: 'StatefulSet',
    metadata: { generation: 1 },
    spec: { replicas: 3, ...spec },
    status: { observedGeneration: 1, ...status },
  });

  it.each<readonly [unknown, string | undefined]>([
    [deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 }), undefined],
    [deployment({}, { replicas: 0 }), undefined],
    [
      deployment({ observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 }),
      'controller manager',
    ],
    [deployment({ replicas: 2, updatedReplicas: 1, availableReplicas: 2 }), '1 of 2 new pods were made'],
    [deployment({ replicas: 2, updatedReplicas: 1 }, { paused: true }), 'paused'],
    [deployment({ replicas: 3, updatedReplicas: 2, availableReplicas: 2 }), '1 pod of before is still there'],
    [deployment({ replicas: 2, updatedReplicas: 2, availableReplicas: 1 }), '1 of 2 pods are ready'],
    [
      deployment({
        replicas: 2,
        updatedReplicas: 2,
        availableReplicas: 2,
        conditions: [
          { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'has timed out' },
        ],
      }),
      'has timed out',
    ],
    [daemonSet({ updatedNumberScheduled: 2, numberAvailable: 2 }), undefined],
    [daemonSet({ updatedNumberScheduled: 1, numberAvailable: 2 }), '1 of 2 new pods'],
    [daemonSet({ updatedNumberScheduled: 2, numberAvailable: 1 }), '1 of 2 pods are ready'],
    [statefulSet({ readyReplicas: 3, updatedReplicas: 3, currentRevision: 'a', updateRevision: 'a' }), undefined],
    [statefulSet({ readyReplicas: 2, currentRevision: 'a', updateRevision: 'a' }), '2 of 3 pods are ready'],
    [
      statefulSet({ readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' }),
      '1 of 3 pods are new',
    ],
    [
      statefulSet(
        { readyReplicas: 3, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
        { updateStrategy: { rollingUpdate: { partition: 2 } } },
      ),
      undefined,
    ],
    [{ kind: 'Service', metadata: { generation: 3 } }, undefined],
    ['', undefined],
  ])('%j: %s', (workload, missing) => {
    const readiness = readReadiness(workload);
    expect(readiness.isReady).toBe(missing === undefined);
    if (!readiness.isReady) expect(readiness.missing).toContain(missing);
  });
});
