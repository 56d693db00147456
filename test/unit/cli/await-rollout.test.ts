import { describe, expect, it } from 'vitest';
import { awaitRollout } from '../../../src/cli/run/await-rollout.ts';
import type { ClusterTools } from '../../../src/cli/cluster/tools.ts';
import type { Exec, ToolResult } from '../../../src/effects/exec.ts';
import { Interrupted } from '../../../src/errors.ts';
import { rolloutCommand } from '../../../src/kube/commands.ts';
import type { RunStep } from '../../../src/model/plan.ts';

const done: ToolResult = { exitCode: 0, signal: undefined, stdout: '', stderr: '', isCut: false, durationMs: 1, timedOut: false, stillRunning: undefined };
// Texts of kubectl 1.35.2.
const failedWith = (stderr: string): ToolResult => ({ ...done, exitCode: 1, stderr });
const exceeded = failedWith('error: deployment "a" exceeded its progress deadline\n');
const timedOut = failedWith('error: timed out waiting for the condition\n');
const forbidden = failedWith('Error from server (Forbidden): deployments.apps is forbidden: User "u" cannot list resource "deployments"\n');

/** What the cluster lists: each Deployment with whether it is ready; a result in its place is the answer as it is. */
type Look = Readonly<Record<string, boolean>> | ToolResult;

function listing(look: Look): ToolResult {
  if ('exitCode' in look && typeof look.exitCode === 'number') return look as ToolResult;
  const items = Object.entries(look).map(([name, isReady]) => ({ metadata: { name, namespace: 'shop', generation: 1 }, spec: { replicas: 1 }, status: { observedGeneration: isReady ? 1 : 0, replicas: 1, updatedReplicas: 1, availableReplicas: 1 } }));
  return { ...done, stdout: JSON.stringify({ kind: 'DeploymentList', items }) };
}

interface Cluster {
  /** In order; the last one stays. */
  readonly looks: readonly Look[];
  /** How kubectl's wait for these ends, by their names: `a`, `a b`. */
  readonly waits?: Readonly<Record<string, ToolResult>>;
  readonly onWait?: () => void;
  readonly isStopped?: () => boolean;
  readonly timeout?: number;
}

async function wait(names: readonly string[], { looks, waits = {}, onWait, isStopped = () => false, timeout = 60 }: Cluster): Promise<{ readonly result: unknown; readonly calls: readonly string[]; readonly args: readonly (readonly string[])[] }> {
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
    const awaited = args.flatMap((arg) => (arg.startsWith('deployment/') ? [arg.slice('deployment/'.length)] : [])).join(' ');
    calls.push(`wait ${awaited}`);
    onWait?.();
    return Promise.resolve(waits[awaited] ?? done);
  };
  const exec: Exec = { run };
  const workloads = names.map((name) => ({ kind: 'Deployment', name, namespace: 'shop' }));
  const connection = { context: 'here' };
  const step: RunStep = { title: `wait for ${names.length} Deployments`, phase: 'readiness', timeout, waitsFor: workloads, command: rolloutCommand({ workloads, namespace: 'shop', timeout, ...connection }) };
  const tools = { exec, connection, requestTimeout: 10, isAtRoot: true } as unknown as ClusterTools;
  const result: unknown = await awaitRollout(tools, step, { exitCode: () => (isStopped() ? 130 : undefined) }).catch((error: unknown) => error);
  return { result, calls, args: all };
}

describe('awaitRollout', () => {
  it('looks once where all are ready', async () => {
    expect(await wait(['a', 'b'], { looks: [{ a: true, b: true }] })).toMatchObject({ result: undefined, calls: ['look'] });
  });

  it('waits for one that is not, then looks at those that are left', async () => {
    const { result, calls } = await wait(['a', 'b', 'c', 'd'], { looks: [{ a: true, b: false, c: false, d: false }, { c: true, d: false }, {}] });
    expect({ result, calls }).toEqual({ result: undefined, calls: ['look', 'wait b', 'look', 'wait d'] });
  });

  it('takes kubectl at its word: what it calls rolled out is not waited for again', async () => {
    expect(await wait(['a', 'b'], { looks: [{ a: false, b: false }] })).toMatchObject({ result: undefined, calls: ['look', 'wait a', 'look', 'wait b'] });
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
    expect(args.at(-1)).toEqual(['--context=here', 'rollout', 'status', 'deployment/a', 'deployment/b', '--namespace=shop', '--timeout=60s']);
  });

  it('waits for those that were not seen last, together', async () => {
    const { calls } = await wait(['a', 'b', 'c', 'd'], { looks: [{ b: false, d: true }, {}] });
    expect(calls).toEqual(['look', 'wait b', 'look', 'wait a c']);
  });

  it('waits for the others after one that failed, and tells of the first', async () => {
    const { result, calls } = await wait(['a', 'b', 'c'], { looks: [{ a: false, b: false, c: false }, { b: false, c: true }], waits: { a: exceeded, b: timedOut } });
    expect({ result, calls }).toEqual({ result: exceeded, calls: ['look', 'wait a', 'look', 'wait b'] });
  });

  it('does not when the time is over', async () => {
    expect(await wait(['a', 'b'], { looks: [{ a: false, b: false }], waits: { a: timedOut }, timeout: 0 })).toMatchObject({ result: timedOut, calls: ['look', 'wait a'] });
  });

  it('never gives kubectl a timeout of 0, which is none', async () => {
    const { args } = await wait(['a'], { looks: [{ a: false }], timeout: 0 });
    expect(args[1]?.at(-1)).toBe('--timeout=1s');
  });

  it('ends at a failure of another kind', async () => {
    expect(await wait(['a', 'b'], { looks: [{ a: false, b: false }], waits: { a: forbidden } })).toMatchObject({ result: forbidden, calls: ['look', 'wait a'] });
  });

  it('begins no other wait after a stop', async () => {
    let isStopped = false;
    const { result, calls } = await wait(['a', 'b', 'c'], { looks: [{ a: false, b: false, c: false }], isStopped: () => isStopped, onWait: () => (isStopped = true) });
    expect(calls).toEqual(['look', 'wait a', 'look']);
    expect(result).toBeInstanceOf(Interrupted);
    expect(result).toMatchObject({ message: 'cannot wait for 3 Deployments: 2 not seen to be ready' });
  });

  it('is done after a stop when all are ready by then', async () => {
    let isStopped = false;
    const { result, calls } = await wait(['a', 'b'], { looks: [{ a: false, b: false }, { b: true }], isStopped: () => isStopped, onWait: () => (isStopped = true) });
    expect({ result, calls }).toEqual({ result: undefined, calls: ['look', 'wait a', 'look'] });
  });

  it('tells the failure of a wait that the stop ended', async () => {
    let isStopped = false;
    const cut: ToolResult = { ...done, exitCode: undefined, signal: 'SIGINT' };
    const { result } = await wait(['a', 'b'], { looks: [{ a: false, b: false }], waits: { a: cut }, isStopped: () => isStopped, onWait: () => (isStopped = true) });
    expect(result).toBe(cut);
  });
});
