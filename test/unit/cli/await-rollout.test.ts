import { performance } from 'node:perf_hooks';
import { describe, expect, it, vi } from 'vitest';
import { awaitRollout, type FailedWait } from '../../../src/app/apply/await-rollout.ts';
import type { ClusterTools } from '../../../src/app/cluster/tools.ts';
import type { Exec, ToolResult } from '../../../src/world/exec/exec.ts';
import { Interrupted } from '../../../src/errors.ts';
import { rolloutCommand } from '../../../src/kube/commands.ts';
import type { RunStep } from '../../../src/model/plan.ts';

const done: ToolResult = {
  exitCode: 0,
  signal: undefined,
  stdout: '',
  stderr: '',
  isCut: false,
  durationMs: 1,
  timedOut: false,
  stillRunning: undefined,
};
// Texts of kubectl 1.35.2.
const failedWith = (stderr: string): ToolResult => ({ ...done, exitCode: 1, stderr });
const exceeded = failedWith('error: deployment "a" exceeded its progress deadline\n');
const timedOut = failedWith('error: timed out waiting for the condition\n');
const forbidden = failedWith(
  'Error from server (Forbidden): deployments.apps is forbidden: User "u" cannot list resource "deployments"\n',
);

/** What the cluster lists: each Deployment with whether it is ready; a result in its place is the answer as it is. */
type Look = Readonly<Record<string, boolean>> | ToolResult;

function listing(look: Look): ToolResult {
  if ('exitCode' in look && typeof look.exitCode === 'number') return look as ToolResult;
  const items = Object.entries(look).map(([name, isReady]) => ({
    metadata: { name, namespace: 'shop', generation: 1 },
    spec: { replicas: 1 },
    status: { observedGeneration: isReady ? 1 : 0, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  }));
  return { ...done, stdout: JSON.stringify({ kind: 'DeploymentList', items }) };
}

interface Cluster {
  /** In order; the last one stays. */
  readonly looks: readonly Look[];
  /** How kubectl's wait for these ends, by their names: `a`, `a b`. */
  readonly waits?: Readonly<Record<string, ToolResult>>;
  readonly onWait?: () => void;
  readonly stop?: AbortSignal;
  readonly timeout?: number;
}

async function wait(
  names: readonly string[],
  { looks, waits = {}, onWait, stop = new AbortController().signal, timeout = 60 }: Cluster,
): Promise<{
  readonly result: unknown;
  readonly calls: readonly string[];
  readonly args: readonly (readonly string[])[];
}> {
  const calls: string[] = [];
  const all: (readonly string[])[] = [];
  let seen = 0;
  const run: Exec['run'] = ({ args }) => {
    all.push(args);
    if (args.some((arg) => arg.startsWith('--raw='))) {
      calls.push('look');
      seen += 1;
      return Promise.resolve(listing(looks[Math.min(seen, looks.length) - 1] ?? {}));
    }
    const awaited = args
      .flatMap((arg) => (arg.startsWith('deployment/') ? [arg.slice('deployment/'.length)] : []))
      .join(' ');
    calls.push(`wait ${awaited}`);
    onWait?.();
    return Promise.resolve(waits[awaited] ?? done);
  };
  const exec: Exec = { run };
  const workloads = names.map((name) => ({ kind: 'Deployment', name, namespace: 'shop' }));
  const connection = { context: 'here' };
  const step: RunStep = {
    title: `wait for ${names.length} Deployments`,
    phase: 'readiness',
    timeout,
    waitsFor: workloads,
    command: rolloutCommand({ workloads, namespace: 'shop', timeout, ...connection }),
  };
  const tools = { exec, connection, requestTimeout: 10, isAtRoot: true } as unknown as ClusterTools;
  const ended: unknown = await awaitRollout(tools, step, stop, () => undefined).catch((error: unknown) => error);
  const result: unknown = ended instanceof Error || ended === undefined ? ended : (ended as FailedWait).result;
  return { result, calls, args: all };
}

/**
 * Waits with a clock of its own: each kubectl takes the time that it was given, then has waited in vain. `states` says what each look at the
 * pods finds of these Deployments; the last one stays.
 */
async function waitInVain(
  timeout: number,
  states: readonly Readonly<Record<string, 'stuck' | 'starting' | 'ready'>>[],
): Promise<{ readonly result: unknown; readonly seconds: number; readonly notes: readonly string[] }> {
  let time = 0;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => time);
  try {
    let looks = 0;
    const state = (): Readonly<Record<string, string>> => states[Math.min(looks, states.length - 1)] ?? {};
    const deployment = (name: string): object => {
      const availableReplicas = state()[name] === 'ready' ? 1 : 0;
      return {
        kind: 'Deployment',
        metadata: { name, namespace: 'shop', uid: name, generation: 1 },
        spec: { replicas: 1 },
        status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas },
      };
    };
    const pod = (name: string, found: string): string => {
      const waiting =
        found === 'stuck' ? { reason: 'ErrImagePull', message: 'no such image' } : { reason: 'ContainerCreating' };
      const status = { containerStatuses: [{ name: 'c', ready: false, restartCount: 0, state: { waiting } }] };
      const owners = (kind: string, uid: string): string => JSON.stringify([{ kind, name: uid, uid }]);
      const row = (kind: string, uid: string, owner: string, rest: object): string =>
        [kind, uid, uid, '1', '', '', owner, JSON.stringify(rest)].join('\t');
      return `${row('ReplicaSet', `${name}-set`, owners('Deployment', name), {})}\n${row('Pod', `${name}-pod`, owners('ReplicaSet', `${name}-set`), status)}`;
    };
    const run: Exec['run'] = ({ args }) => {
      const names = Object.keys(state());
      if (args.some((arg) => arg.startsWith('--raw=')))
        return Promise.resolve({
          ...done,
          stdout: JSON.stringify({ kind: 'DeploymentList', items: names.map(deployment) }),
        });
      if (args.includes('replicasets.apps,pods')) {
        const stdout = Object.entries(state())
          .map(([name, found]) => pod(name, found))
          .join('\n');
        looks += 1;
        return Promise.resolve({ ...done, stdout });
      }
      if (args.includes('events')) return Promise.resolve({ ...done, stdout: '{"items":[]}' });
      if (args.includes('get'))
        return Promise.resolve({ ...done, stdout: JSON.stringify({ items: names.map(deployment) }) });
      time += 1000 * Number(/--timeout=(\d+)s/.exec(args.join(' '))?.[1]);
      return Promise.resolve(timedOut);
    };
    const workloads = Object.keys(states[0] ?? {}).map((name) => ({ kind: 'Deployment', name, namespace: 'shop' }));
    const step: RunStep = {
      title: 'wait',
      phase: 'readiness',
      timeout,
      waitsFor: workloads,
      command: rolloutCommand({ workloads, namespace: 'shop', timeout }),
    };
    const tools = {
      exec: { run, interrupt: () => undefined },
      connection: {},
      requestTimeout: 10,
      isAtRoot: true,
    } as unknown as ClusterTools;
    const notes: string[] = [];
    const result: unknown = await awaitRollout(tools, step, new AbortController().signal, (text) => notes.push(text));
    return { result, seconds: time / 1000, notes };
  } finally {
    clock.mockRestore();
  }
}

describe('a wait in vain', () => {
  it('is given up once nothing is left that can be expected to heal, for a minute without a break', async () => {
    const { result, seconds, notes } = await waitInVain(300, [{ a: 'stuck' }]);
    expect({ result, seconds }).toEqual({ result: { result: timedOut, gaveUpAfter: 70 }, seconds: 70 });
    expect(notes[0]).toBe('10 s of 300: Deployment a: container c: ErrImagePull: no such image');
  });

  it('begins to count again when it heals meanwhile', async () => {
    const { seconds } = await waitInVain(300, [
      { a: 'stuck' },
      { a: 'stuck' },
      { a: 'stuck' },
      { a: 'starting' },
      { a: 'stuck' },
    ]);
    expect(seconds).toBe(110);
  });

  it.each([
    ['another one is still coming, that it may need', 300, [{ a: 'stuck', b: 'starting' }]],
    ['the pods are starting', 300, [{ a: 'starting' }]],
    ['there is not more time anyway', 45, [{ a: 'stuck' }]],
  ] as const)('takes all of its time where %s', async (_, timeout, states) => {
    expect(await waitInVain(timeout, states)).toMatchObject({ result: { result: timedOut }, seconds: timeout });
  });

  it('is the more patient the more time it has', async () => {
    expect(await waitInVain(1000, [{ a: 'stuck' }])).toMatchObject({ result: { gaveUpAfter: 210 } });
  });

  it('is not in vain for those that become ready', async () => {
    const { result, notes } = await waitInVain(300, [
      { a: 'stuck', b: 'starting' },
      { a: 'stuck', b: 'ready' },
    ]);
    expect(result).toMatchObject({ gaveUpAfter: 70 });
    expect(notes.slice(0, 2)).toEqual([
      '10 s of 300: Deployment a: container c: ErrImagePull: no such image (and 1 more)',
      '20 s of 300: Deployment a: container c: ErrImagePull: no such image',
    ]);
  });
});

describe('awaitRollout', () => {
  it('looks once where all are ready', async () => {
    expect(await wait(['a', 'b'], { looks: [{ a: true, b: true }] })).toMatchObject({
      result: undefined,
      calls: ['look'],
    });
  });

  it('waits for one that is not, then looks at those that are left', async () => {
    const { result, calls } = await wait(['a', 'b', 'c', 'd'], {
      looks: [{ a: true, b: false, c: false, d: false }, { c: true, d: false }, {}],
    });
    expect({ result, calls }).toEqual({ result: undefined, calls: ['look', 'wait b', 'look', 'wait d'] });
  });

  it('takes kubectl at its word: what it calls rolled out is not waited for again', async () => {
    expect(await wait(['a', 'b'], { looks: [{ a: false, b: false }] })).toMatchObject({
      result: undefined,
      calls: ['look', 'wait a', 'look', 'wait b'],
    });
  });

  it.each<readonly [string, Look]>([
    ['may not be looked at', forbidden],
    ['could not be listed in full', { ...done, stdout: '{"items":[', isCut: true }],
    ['are not in the listing', {}],
    ['took too long to list', { ...done, exitCode: 143, timedOut: true }],
  ])('has kubectl wait for all where they %s, as the plan says', async (_, answer) => {
    const { result, calls, args } = await wait(['a', 'b'], { looks: [answer] });
    // What was cut is asked for in smaller parts first.
    expect({ result, calls: [...new Set(calls)] }).toEqual({ result: undefined, calls: ['look', 'wait a b'] });
    expect(args.at(-1)).toEqual([
      '--context=here',
      'rollout',
      'status',
      'deployment/a',
      'deployment/b',
      '--namespace=shop',
      '--timeout=60s',
    ]);
  });

  it('waits for those that were not seen last, together', async () => {
    const { calls } = await wait(['a', 'b', 'c', 'd'], { looks: [{ b: false, d: true }, {}] });
    expect(calls).toEqual(['look', 'wait b', 'look', 'wait a c']);
  });

  it('waits for the others after one that failed, and tells of the first', async () => {
    const { result, calls } = await wait(['a', 'b', 'c'], {
      looks: [
        { a: false, b: false, c: false },
        { b: false, c: true },
      ],
      waits: { a: exceeded, b: timedOut },
    });
    expect({ result, calls }).toEqual({ result: exceeded, calls: ['look', 'wait a', 'look', 'wait b'] });
  });

  it('does not when the time is over', async () => {
    expect(
      await wait(['a', 'b'], { looks: [{ a: false, b: false }], waits: { a: timedOut }, timeout: 0 }),
    ).toMatchObject({ result: timedOut, calls: ['look', 'wait a'] });
  });

  it('never gives kubectl a timeout of 0, which is none', async () => {
    const { args } = await wait(['a'], { looks: [{ a: false }], timeout: 0 });
    expect(args[1]?.at(-1)).toBe('--timeout=1s');
  });

  it('ends at a failure of another kind', async () => {
    expect(await wait(['a', 'b'], { looks: [{ a: false, b: false }], waits: { a: forbidden } })).toMatchObject({
      result: forbidden,
      calls: ['look', 'wait a'],
    });
  });

  it('begins no other wait after a stop', async () => {
    const stop = new AbortController();
    const { result, calls } = await wait(['a', 'b', 'c'], {
      looks: [{ a: false, b: false, c: false }],
      stop: stop.signal,
      onWait: () => {
        stop.abort();
      },
    });
    expect(calls).toEqual(['look', 'wait a', 'look']);
    expect(result).toBeInstanceOf(Interrupted);
    expect(result).toMatchObject({ message: 'cannot wait for 3 Deployments: 2 not seen to be ready' });
  });

  it('is done after a stop when all are ready by then', async () => {
    const stop = new AbortController();
    const { result, calls } = await wait(['a', 'b'], {
      looks: [{ a: false, b: false }, { b: true }],
      stop: stop.signal,
      onWait: () => {
        stop.abort();
      },
    });
    expect({ result, calls }).toEqual({ result: undefined, calls: ['look', 'wait a', 'look'] });
  });

  it('tells the failure of a wait that the stop ended', async () => {
    const stop = new AbortController();
    const cut: ToolResult = { ...done, exitCode: undefined, signal: 'SIGINT' };
    const { result } = await wait(['a', 'b'], {
      looks: [{ a: false, b: false }],
      waits: { a: cut },
      stop: stop.signal,
      onWait: () => {
        stop.abort();
      },
    });
    expect(result).toBe(cut);
  });
});
