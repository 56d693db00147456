import { describe, expect, it } from 'vitest';
import type { Exec, ExternalCommand, ToolResult } from '../../../src/world/exec/exec.ts';
import { withRetries, type RetrySettings } from '../../../src/world/exec/retry.ts';
import { InternalError, ToolError } from '../../../src/errors.ts';
import {
  applyCommand,
  deleteCommand,
  kubectlQuestion,
  rolloutCommand,
  secretCommands,
} from '../../../src/kube/commands.ts';
import {
  helmFinishUninstallCommand,
  helmHistoryCommand,
  helmRollbackCommand,
  helmUninstallCommand,
  helmUpgradeCommand,
} from '../../../src/kube/helm-commands.ts';
import { failureOf } from '../../support/effects/stand-in.ts';

const fine = { exitCode: 0, stderr: '' };
// As kubectl 1.35.2 and helm 4.1.4 say it.
const away = {
  exitCode: 1,
  stderr: 'The connection to the server 192.0.2.1:6443 was refused - did you specify the right host or port?\n',
};
const helmAway = {
  exitCode: 1,
  stderr:
    'Error: UPGRADE FAILED: Get "https://192.0.2.1:6443/api/v1/x": dial tcp 192.0.2.1:6443: connect: connection refused\n',
};
const notBegun = {
  exitCode: 1,
  stderr:
    'Error: kubernetes cluster unreachable: Get "https://192.0.2.1:6443/version": dial tcp 192.0.2.1:6443: connect: connection refused\n',
};
const forbidden = {
  exitCode: 1,
  stderr: 'Error from server (Forbidden): pods is forbidden: User "x" cannot list resource\n',
};

const release = { name: 'ic3-svc7', namespace: 'shop', timeout: 300 };
const files = ['a.yaml'];
const get = kubectlQuestion({ requestTimeout: 10 }, ['get', 'pods']);
const rollout = rolloutCommand({
  workloads: [{ kind: 'Deployment', name: 'a', namespace: 'shop' }],
  namespace: 'shop',
  timeout: 300,
});
const serverSideApply = applyCommand({ files, method: 'server-side', forceConflicts: false });
const upgrade = helmUpgradeCommand({
  ...release,
  release: release.name,
  chartFolder: 'charts/svc7',
  helmMajor: 4,
  labels: {},
  setFiles: {},
  forceConflicts: false,
  serverValidates: true,
});
const rollback = helmRollbackCommand({ ...release, revision: 1 });

interface Scene {
  readonly exec: Exec;
  /** What happened, in order: commands by their first word, waits in seconds, calls. */
  readonly log: string[];
  readonly timeouts: (number | undefined)[];
}

/** Tools that answer one after the other, each after `seconds`; the last answer is for all that follows. */
function scene(
  answers: readonly (Partial<ToolResult> & { readonly seconds?: number })[],
  settings: Partial<RetrySettings> = {},
  onSleep: () => void = () => undefined,
): Scene {
  const log: string[] = [];
  const timeouts: (number | undefined)[] = [];
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
      timeouts.push(timeoutMs);
      const { seconds = 0, ...answer } = answers[Math.min(next, answers.length - 1)] ?? {};
      next += 1;
      time += 1000 * seconds;
      return Promise.resolve({
        exitCode: 0,
        signal: undefined,
        stdout: '',
        stderr: '',
        isCut: false,
        durationMs: 1000 * seconds,
        timedOut: false,
        stillRunning: undefined,
        ...answer,
      });
    },
  };
  const sleep = (ms: number): Promise<void> => {
    waited += ms;
    time += ms;
    onSleep();
    return Promise.resolve();
  };
  const exec = withRetries(
    inner,
    {
      stop: new AbortController().signal,
      onOutage: () => {
        note('out');
      },
      onReturn: () => {
        note('back');
      },
      repair: (_exec, { name, namespace }) => {
        note(`repair ${namespace}/${name}`);
        return Promise.resolve();
      },
      ...settings,
    },
    { sleep, now: () => time },
  );
  return { exec, log, timeouts };
}

const stepTime = { timeoutMs: 330_000 };

describe('withRetries', () => {
  it('asks again after 1, 2, 4, 8, 8 s, and says once that it does and once that it is over', async () => {
    const { exec, log } = scene([away, away, away, away, away, fine]);
    expect((await exec.run(get, {})).exitCode).toBe(0);
    expect(log).toEqual([
      'get',
      'out',
      'wait 1',
      'get',
      'wait 2',
      'get',
      'wait 4',
      'get',
      'wait 8',
      'get',
      'wait 8',
      'get',
      'back',
    ]);
  });

  it('gives up within a minute with the last failure', async () => {
    const { exec, log, timeouts } = scene([{ ...away, stderr: `x\n${away.stderr}` }, away]);
    expect(await exec.run(get, {})).toMatchObject(away);
    const waits = log.filter((line) => line.startsWith('wait')).map((line) => Number(line.slice(5)));
    expect(waits).toEqual([1, 2, 4, 8, 8, 8, 8, 8, 8]);
    expect(new Set(timeouts)).toEqual(new Set([undefined]));
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
    await Promise.all([exec.run(get, stepTime), exec.run(serverSideApply, stepTime)]);
    expect(log.filter((line) => line === 'out' || line === 'back')).toEqual(['out', 'back']);
  });

  it('takes no answer of a tool that needs no cluster for a sign that the API server is back', async () => {
    const { exec, log } = scene([...Array.from({ length: 10 }, () => away), fine]);
    expect(await exec.run(get, {})).toMatchObject(away);
    await exec.run({ ...get, args: ['config', 'view'], isLocal: true }, {});
    expect(log.slice(-2)).toEqual(['get', 'config']);
    await exec.run(get, {});
    expect(log.slice(-2)).toEqual(['get', 'back']);
  });

  it.each<readonly [string, ExternalCommand]>([
    ['client-side apply', applyCommand({ files, method: 'client-side', forceConflicts: false })],
    ...secretCommands({
      files: ['a.yaml', 'b.yaml'],
      existing: new Set(files),
      method: 'client-side',
      forceConflicts: false,
    }).map((command) => [command.args[0] ?? '', command] as const),
    ['a command of which nobody says so', { tool: 'helm', effect: 'write', args: ['upgrade'] }],
  ])('does not repeat %s', async (_, command) => {
    const { exec, log } = scene([away, fine]);
    expect(await exec.run(command, stepTime)).toMatchObject(away);
    expect(log).toHaveLength(1);
  });

  it.each<readonly [string, ExternalCommand]>([
    ['server-side apply', serverSideApply],
    ['a deletion of what may be gone', deleteCommand({ resource: 'service', names: ['a'], timeout: 300 })],
    ['rollout status', rollout],
    ['helm history', helmHistoryCommand(release)],
    ['helm uninstall', helmUninstallCommand({ ...release, release: release.name, helmMajor: 4 })],
    ['the end of a removal', helmFinishUninstallCommand(release)],
  ])('repeats %s', async (_, command) => {
    const { exec, log } = scene([away, fine]);
    expect((await exec.run(command, stepTime)).exitCode).toBe(0);
    expect(log.filter((line) => line.startsWith('repair'))).toEqual([]);
  });

  it.each([
    forbidden,
    { exitCode: undefined, signal: 'SIGTERM' as const, stderr: away.stderr },
    { ...away, timedOut: true },
    { ...away, stillRunning: 7 },
  ])('does not repeat what failed otherwise: %j', async (failure) => {
    const { exec, log } = scene([failure, fine]);
    expect(await exec.run(get, stepTime)).toMatchObject(failure);
    expect(log).toEqual(['get']);
  });

  it('repeats a helm that did not begin, and repairs the release of one that did', async () => {
    const before = scene([notBegun, fine]);
    await before.exec.run(upgrade, stepTime);
    expect(before.log).toEqual(['upgrade', 'out', 'wait 1', 'upgrade', 'back']);
    const within = scene([helmAway, helmAway, fine]);
    await within.exec.run(upgrade, stepTime);
    expect(within.log).toEqual([
      'upgrade',
      'out',
      'wait 1',
      'repair shop/ic3-svc7',
      'upgrade',
      'wait 2',
      'repair shop/ic3-svc7',
      'upgrade',
      'back',
    ]);
  });

  it('repairs with tools that ask again but never repair in turn, and tells how long ago helm began', async () => {
    const seen: number[] = [];
    const { exec, log } = scene([{ ...helmAway, seconds: 5 }, away, fine, helmAway, fine], {
      repair: async (repairing, _release, sinceMs) => {
        seen.push(sinceMs);
        await repairing.run(get, stepTime);
        expect(await repairing.run(rollback, stepTime)).toMatchObject(helmAway);
      },
    });
    expect((await exec.run(upgrade, stepTime)).exitCode).toBe(0);
    expect(seen).toEqual([6000]);
    expect(log).toEqual(['upgrade', 'out', 'wait 1', 'get', 'wait 1', 'get', 'back', 'rollback', 'upgrade']);
  });

  it('returns the first failure when the release cannot be repaired, and lets a bug through', async () => {
    const { exec } = scene([helmAway, fine], { repair: () => Promise.reject(new ToolError('no')) });
    expect(await exec.run(upgrade, stepTime)).toMatchObject(helmAway);
    const broken = scene([helmAway, fine], { repair: () => Promise.reject(new InternalError('bug')) });
    expect(await failureOf(() => broken.exec.run(upgrade, stepTime))).toBeInstanceOf(InternalError);
  });

  it('ends its wait when the person wants to stop', async () => {
    const stop = new AbortController();
    let waits = 0;
    const { exec, log } = scene([away], { stop: stop.signal }, () => {
      if ((waits += 1) === 2) stop.abort();
    });
    expect(await exec.run(get, stepTime)).toMatchObject(away);
    expect(log.filter((line) => line === 'get')).toHaveLength(2);
  });

  it('passes input on', async () => {
    const inputs: unknown[] = [];
    const inner: Exec = {
      run: (_command, options) => {
        inputs.push(options.stdin);
        return Promise.resolve({
          exitCode: inputs.length < 2 ? 1 : 0,
          signal: undefined,
          stdout: '',
          stderr: away.stderr,
          isCut: false,
          durationMs: 1,
          timedOut: false,
          stillRunning: undefined,
        });
      },
    };
    const nothing = (): void => undefined;
    const exec = withRetries(
      inner,
      { stop: new AbortController().signal, onOutage: nothing, onReturn: nothing, repair: () => Promise.resolve() },
      { sleep: () => Promise.resolve(), now: () => 0 },
    );
    await exec.run(serverSideApply, { timeoutMs: 1_000_000, stdin: 'kind: Secret' });
    expect(inputs).toEqual(['kind: Secret', 'kind: Secret']);
  });
});
