import { describe, expect, it } from 'vitest';
import type { Exec, ExternalCommand, ToolResult } from '../../../src/world/exec/exec.ts';
import { withRetries, type RetrySettings } from '../../../src/world/exec/retry.ts';
import { InternalError, ToolError } from '../../../src/errors.ts';
import { failureOf } from '../../support/effects/stand-in.ts';

const fine = { exitCode: 0, stderr: '' };
// As kubectl 1.35.2 and helm 4.1.4 say it.
const away = { exitCode: 1, stderr: 'The connection to the server 192.0.2.1:6443 was refused - did you specify the right host or port?\n' };
const helmAway = { exitCode: 1, stderr: 'Error: UPGRADE FAILED: Get "https://192.0.2.1:6443/api/v1/x": dial tcp 192.0.2.1:6443: connect: connection refused\n' };
const notBegun = { exitCode: 1, stderr: 'Error: kubernetes cluster unreachable: Get "https://192.0.2.1:6443/version": dial tcp 192.0.2.1:6443: connect: connection refused\n' };
const forbidden = { exitCode: 1, stderr: 'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource\n' };

const get: ExternalCommand = { tool: 'kubectl', effect: 'read', args: ['--request-timeout=10s', 'get', 'pods'] };
const rollout: ExternalCommand = { tool: 'kubectl', effect: 'read', args: ['rollout', 'status', 'deployment/a', '--timeout=300s'] };
const serverSideApply: ExternalCommand = { tool: 'kubectl', effect: 'write', args: ['apply', '--server-side', '--field-manager=ingress-tls', '-f', '-'] };
const upgrade: ExternalCommand = { tool: 'helm', effect: 'write', args: ['upgrade', '--install', 'ic3-svc7', './charts/svc7', '--namespace=shop'] };

interface Scene {
  readonly exec: Exec;
  /** What happened, in order: commands by their first word, waits in seconds, calls. */
  readonly log: string[];
  readonly timeouts: number[];
}

/** Tools that answer one after the other, each after `seconds`; the last answer is for all that follows. */
function scene(answers: readonly (Partial<ToolResult> & { readonly seconds?: number })[], settings: Partial<RetrySettings> = {}): Scene {
  const log: string[] = [];
  const timeouts: number[] = [];
  let time = 0;
  let waited = 0;
  const noteWait = (): void => {
    if (waited > 0) log.push(`wait ${waited / 1000}`);
    waited = 0;
  };
  const note = (text: string): void => {
    noteWait();
    log.push(text);
  };
  let next = 0;
  const inner: Exec = {
    run: ({ args }, { timeoutMs }) => {
      note(args.find((arg) => !arg.startsWith('-')) ?? '');
      timeouts.push(timeoutMs ?? 0);
      const { seconds = 0, ...answer } = answers[Math.min(next, answers.length - 1)] ?? {};
      next += 1;
      time += 1000 * seconds;
      return Promise.resolve({ exitCode: 0, signal: undefined, stdout: '', stderr: '', isCut: false, durationMs: 1000 * seconds, timedOut: false, stillRunning: undefined, ...answer });
    },
  };
  const exec = withRetries(inner, {
    hasAnswered: true,
    sleep: (ms) => {
      waited += ms;
      time += ms;
      return Promise.resolve();
    },
    clock: () => time,
    isStopped: () => false,
    onOutage: () => {
      note('out');
    },
    onReturn: () => {
      note('back');
    },
    settle: (_exec, { name, namespace }) => {
      note(`settle ${namespace}/${name}`);
      return Promise.resolve();
    },
    ...settings,
  });
  return { exec, log, timeouts };
}

const patience = { timeoutMs: 330_000 };

describe('withRetries', () => {
  it('asks again after 1, 2, 4, 8, 8 s, and says once that it does and once that it is over', async () => {
    const { exec, log } = scene([away, away, away, away, away, fine]);
    expect((await exec.run(get, { timeoutMs: 25_000 })).exitCode).toBe(0);
    expect(log).toEqual(['get', 'out', 'wait 1', 'get', 'wait 2', 'get', 'wait 4', 'get', 'wait 8', 'get', 'wait 8', 'get', 'back']);
  });

  it('gives up within a minute with the last failure', async () => {
    const { exec, log, timeouts } = scene([{ ...away, stderr: `x\n${away.stderr}` }, away]);
    expect(await exec.run(get, { timeoutMs: 25_000 })).toMatchObject(away);
    const waits = log.filter((line) => line.startsWith('wait')).map((line) => Number(line.slice(5)));
    expect(waits).toEqual([1, 2, 4, 8, 8, 8, 8, 8, 8]);
    expect(new Set(timeouts)).toEqual(new Set([25_000]));
    expect(log.filter((line) => line === 'out')).toHaveLength(1);
    expect(log).not.toContain('back');
  });

  it('stays within the time of a step, all tries together', async () => {
    const { exec, timeouts } = scene([{ ...away, seconds: 100 }, { ...away, seconds: 20 }, fine]);
    await exec.run(rollout, { timeoutMs: 330_000 });
    expect(timeouts).toEqual([330_000, 229_000, 207_000]);
    const short = scene([{ ...away, seconds: 9 }]);
    await short.exec.run(rollout, { timeoutMs: 10_000 });
    expect(short.log).toEqual(['rollout']);
  });

  it('speaks once for commands side by side', async () => {
    const { exec, log } = scene([away, away, fine]);
    await Promise.all([exec.run(get, patience), exec.run(serverSideApply, patience)]);
    expect(log.filter((line) => line === 'out' || line === 'back')).toEqual(['out', 'back']);
  });

  it('does not wait for a cluster that has never answered', async () => {
    const { exec, log } = scene([away, fine, away, fine, away, fine], { hasAnswered: false });
    expect(await exec.run(get, patience)).toMatchObject(away);
    // These do not ask the cluster.
    await exec.run({ ...get, args: ['config', 'view'] }, patience);
    expect(await exec.run(get, patience)).toMatchObject(away);
    await exec.run(get, patience);
    expect(log).toEqual(['get', 'config', 'get', 'get']);
    await exec.run(get, patience);
    expect(log.slice(4)).toEqual(['get', 'out', 'wait 1', 'get', 'back']);
  });

  it.each<readonly [string, ExternalCommand]>([
    ['client-side apply', { tool: 'kubectl', effect: 'write', args: ['apply', '-f', '-'] }],
    ['create', { tool: 'kubectl', effect: 'write', args: ['create', '-f', '-'] }],
    ['a deletion of what must be there', { tool: 'kubectl', effect: 'write', args: ['delete', 'service/a'] }],
    ['a helm without a release', { tool: 'helm', effect: 'write', args: ['upgrade'] }],
  ])('does not repeat %s', async (_, command) => {
    const { exec, log } = scene([away, fine]);
    expect(await exec.run(command, patience)).toMatchObject(away);
    expect(log).toHaveLength(1);
  });

  it.each<readonly [string, ExternalCommand]>([
    ['server-side apply', serverSideApply],
    ['a deletion of what may be gone', { tool: 'kubectl', effect: 'write', args: ['delete', 'service/a', '--ignore-not-found=true'] }],
    ['rollout status', rollout],
    ['helm history', { tool: 'helm', effect: 'read', args: ['history', 'a', '--namespace=b'] }],
    ['helm uninstall', { tool: 'helm', effect: 'write', args: ['uninstall', 'a', '--namespace=b'] }],
  ])('repeats %s', async (_, command) => {
    const { exec, log } = scene([away, fine]);
    expect((await exec.run(command, patience)).exitCode).toBe(0);
    expect(log.filter((line) => line.startsWith('settle'))).toEqual([]);
  });

  it.each([forbidden, { exitCode: undefined, signal: 'SIGTERM' as const, stderr: away.stderr }, { ...away, timedOut: true }, { ...away, stillRunning: 7 }])('does not repeat what failed otherwise: %j', async (failure) => {
    const { exec, log } = scene([failure, fine]);
    expect(await exec.run(get, patience)).toMatchObject(failure);
    expect(log).toEqual(['get']);
  });

  it('repeats a helm that did not begin, and settles the release of one that did', async () => {
    const before = scene([notBegun, fine]);
    await before.exec.run(upgrade, patience);
    expect(before.log).toEqual(['upgrade', 'out', 'wait 1', 'upgrade', 'back']);
    const within = scene([helmAway, helmAway, fine]);
    await within.exec.run(upgrade, patience);
    expect(within.log).toEqual(['upgrade', 'out', 'wait 1', 'settle shop/ic3-svc7', 'upgrade', 'wait 2', 'settle shop/ic3-svc7', 'upgrade', 'back']);
  });

  it('settles with tools that ask again but never settle in turn, and tells how long ago helm began', async () => {
    const seen: number[] = [];
    const rollback: ExternalCommand = { tool: 'helm', effect: 'write', args: ['rollback', 'ic3-svc7', '1', '--namespace=shop'] };
    const { exec, log } = scene([{ ...helmAway, seconds: 5 }, away, fine, helmAway, fine], {
      settle: async (settling, _release, sinceMs) => {
        seen.push(sinceMs);
        await settling.run(get, patience);
        expect(await settling.run(rollback, patience)).toMatchObject(helmAway);
      },
    });
    expect((await exec.run(upgrade, patience)).exitCode).toBe(0);
    expect(seen).toEqual([6000]);
    expect(log).toEqual(['upgrade', 'out', 'wait 1', 'get', 'wait 1', 'get', 'back', 'rollback', 'upgrade']);
  });

  it('returns the first failure when the release cannot be settled, and lets a bug through', async () => {
    const { exec } = scene([helmAway, fine], { settle: () => Promise.reject(new ToolError('no')) });
    expect(await exec.run(upgrade, patience)).toMatchObject(helmAway);
    const broken = scene([helmAway, fine], { settle: () => Promise.reject(new InternalError('bug')) });
    expect(await failureOf(() => broken.exec.run(upgrade, patience))).toBeInstanceOf(InternalError);
  });

  it('ends its wait when the person wants to stop', async () => {
    let looks = 0;
    const { exec, log } = scene([away], { isStopped: () => (looks += 1) > 5 });
    expect(await exec.run(get, patience)).toMatchObject(away);
    expect(log.filter((line) => line === 'get')).toHaveLength(2);
  });

  it('passes input on', async () => {
    const inputs: unknown[] = [];
    const inner: Exec = {
      run: (_command, options) => {
        inputs.push(options.stdin);
        return Promise.resolve({ exitCode: inputs.length < 2 ? 1 : 0, signal: undefined, stdout: '', stderr: away.stderr, isCut: false, durationMs: 1, timedOut: false, stillRunning: undefined });
      },
    };
    const nothing = (): void => undefined;
    const exec = withRetries(inner, { hasAnswered: true, sleep: () => Promise.resolve(), clock: () => 0, isStopped: () => false, onOutage: nothing, onReturn: nothing, settle: () => Promise.resolve() });
    await exec.run(serverSideApply, { timeoutMs: 1_000_000, stdin: 'kind: Secret' });
    expect(inputs).toEqual(['kind: Secret', 'kind: Secret']);
  });
});
