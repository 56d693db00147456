import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { acquireLock } from '../../../src/world/files/lock.ts';
import { readProcessSpace } from '../../../src/world/files/process-table.ts';
import { exitCodes, ToolError, UsageError } from '../../../src/errors.ts';
import { failureOf, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

const isLinux = process.platform === 'linux';

function request(overrides: Partial<Parameters<typeof acquireLock>[1]> = {}): Parameters<typeof acquireLock>[1] {
  return { pid: process.pid, hostname: 'here', now: new Date(), command: 'apply', ...overrides };
}

function leaveLock(root: string, content: string): string {
  mkdirSync(join(root, '.ingress-tls'), { recursive: true });
  const path = join(root, '.ingress-tls/lock');
  writeFileSync(path, content);
  return path;
}

function holder(overrides: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({
    pid: process.ppid,
    host: 'here',
    since: '2026-01-02T03:04:05.000Z',
    command: 'render',
    token: 'theirs',
    ...overrides,
  });
}

const deadPid = spawnSync(process.execPath, ['-e', '']).pid;

const canUnshare = spawnSync('unshare', ['--map-root-user', '--pid', '--fork', 'true']).status === 0;

/** Makes a program of a text that imports from src/. */
async function bundle(contents: string, outfile: string): Promise<void> {
  await build({
    stdin: { contents, resolveDir: join(import.meta.dirname, '../../..') },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    keepNames: true,
    logLevel: 'error',
  });
}

describe('acquireLock', () => {
  it('lets one in, names the holder to the second, and lets the next in after release', async () => {
    const root = makeTemporaryFolder();
    const release = acquireLock(root, request({ now: new Date('2026-01-02T03:04:05Z') }));
    const error = await failureOf(() => acquireLock(root, request({ command: 'render' })));
    expect(error).toBeInstanceOf(ToolError);
    const { message, remedy, exitCode } = error as ToolError;
    expect(exitCode).toBe(exitCodes.tool);
    expect(message).toContain('ingress-tls apply');
    expect(message).toContain(`process ${process.pid} on here, since 2026-01-02T03:04:05.000Z`);
    expect(remedy).toContain('.ingress-tls/lock');
    release();
    release();
    expect(readdirSync(root)).toEqual([]);
    acquireLock(root, request())();
  });

  it('keeps the folder when something else is in it', () => {
    const root = makeTemporaryFolder();
    const release = acquireLock(root, request());
    writeFileSync(join(root, '.ingress-tls/state.json'), '{}');
    release();
    expect(readdirSync(join(root, '.ingress-tls'))).toEqual(['state.json']);
  });

  it('takes over the lock of a process that is gone, and leaves nothing beside its own', () => {
    const root = makeTemporaryFolder();
    leaveLock(root, holder({ pid: deadPid }));
    const release = acquireLock(root, request());
    expect(readdirSync(join(root, '.ingress-tls'))).toEqual(['lock']);
    expect(readFileSync(join(root, '.ingress-tls/lock'), 'utf8')).toContain(`"pid":${process.pid}`);
    release();
    expect(existsSync(join(root, '.ingress-tls/lock'))).toBe(false);
  });

  it.runIf(isLinux)('takes over when the pid now belongs to a process that started at another time', () => {
    const root = makeTemporaryFolder();
    leaveLock(root, holder({ startTicks: '1' }));
    acquireLock(root, request())();
    expect(readdirSync(root)).toEqual([]);
  });

  it.runIf(isLinux)('takes over the lock of a zombie', async () => {
    const root = makeTemporaryFolder();
    // The shell becomes a program that never waits for its child.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => {
      parent.kill();
    });
    const pid = Number(String(await new Promise((resolve) => parent.stdout.once('data', resolve))));
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
    leaveLock(root, holder({ pid }));
    acquireLock(root, request())();
    expect(readdirSync(root)).toEqual([]);
  });

  it('respects a living process and every process of another host', async () => {
    for (const content of [holder({}), holder({ pid: deadPid, host: 'elsewhere' })]) {
      const root = makeTemporaryFolder();
      leaveLock(root, content);
      expect(await failureOf(() => acquireLock(root, request()))).toBeInstanceOf(ToolError);
      expect(readFileSync(join(root, '.ingress-tls/lock'), 'utf8')).toBe(content);
    }
  });

  it('takes over a lock without readable content that is old, or of a time to come', () => {
    const contents = [
      '',
      '{"pid":',
      'null',
      '[]',
      '{"pid":-1,"host":"h","since":"s","command":"c","token":"t"}',
      holder({ command: '\u001b[2J' }),
    ];
    for (const content of contents) {
      const old = makeTemporaryFolder();
      const path = leaveLock(old, content);
      utimesSync(path, new Date(0), new Date(0));
      acquireLock(old, request())();
      expect(readdirSync(old)).toEqual([]);
    }
    const early = makeTemporaryFolder();
    utimesSync(leaveLock(early, ''), new Date('2100-01-01'), new Date('2100-01-01'));
    acquireLock(early, request())();
    expect(readdirSync(early)).toEqual([]);
  });

  it('leaves a lock that is still being written alone for three seconds', () => {
    const root = makeTemporaryFolder();
    const path = leaveLock(root, '');
    const now = new Date('2026-01-02T03:04:05Z');
    utimesSync(path, now, now);
    // A clock that a pause moves on: what the pauses saw is what was left alone.
    let time = 0;
    const seen: (readonly [time: number, content: string])[] = [];
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => time);
    const pause = vi.spyOn(Atomics, 'wait').mockImplementation((...[, , , ms = 0]: readonly unknown[]) => {
      seen.push([time, readFileSync(path, 'utf8')]);
      time += Number(ms);
      return 'timed-out';
    });
    onTestFinished(() => {
      clock.mockRestore();
      pause.mockRestore();
    });
    acquireLock(root, request({ now }))();
    expect(seen.at(-1)).toEqual([3000, '']);
    expect(new Set(seen.map(([, content]) => content))).toEqual(new Set(['']));
  });

  /** A project with a stale lock, and the path of the guard under which it is taken over. */
  async function leaveStaleLock(): Promise<{ readonly root: string; readonly guard: string }> {
    const root = makeTemporaryFolder();
    const path = leaveLock(root, holder({ pid: deadPid }));
    const folder = join(root, '.ingress-tls');
    // The same file again (a hard link keeps it) has the same guard, whose name is seen while it exists.
    linkSync(path, join(root, 'kept'));
    const names = new Set<string>();
    const watcher = watch(folder, (_, name) => names.add(String(name)));
    acquireLock(root, request())();
    await expect.poll(() => [...names].some((name) => name.startsWith('lock-'))).toBe(true);
    watcher.close();
    const guard = join(
      folder,
      [...names].find((name) => name.startsWith('lock-'))!,
    );
    expect(existsSync(guard)).toBe(false);
    mkdirSync(folder, { recursive: true });
    renameSync(join(root, 'kept'), path);
    return { root, guard };
  }

  it.runIf(isLinux)('takes over from a taker that was killed while it took over', async () => {
    const { root, guard } = await leaveStaleLock();
    writeFileSync(guard, holder({ pid: deadPid }));
    const release = acquireLock(root, request());
    expect(readdirSync(join(root, '.ingress-tls'))).toEqual(['lock']);
    release();
  });

  it.runIf(isLinux)('waits for no taker for ever', async () => {
    const { root, guard } = await leaveStaleLock();
    writeFileSync(guard, holder({ host: 'elsewhere' }));
    const { remedy } = (await failureOf(() => acquireLock(root, request()))) as ToolError;
    expect(remedy).toContain(`\nrm ${guard}`);
  });

  describe.runIf(isLinux)('of a process that was started elsewhere', () => {
    const here = readProcessSpace();
    const now = new Date().toISOString();

    it.each<readonly [string, Readonly<Record<string, unknown>>]>([
      ['this machine under another name', { ...here, host: 'elsewhere' }],
      [
        'an earlier boot of this machine',
        { ...here, bootId: 'earlier', pid: process.ppid, since: '1970-01-02T03:04:05.000Z' },
      ],
      ['this machine, as a release before wrote it', {}],
    ])('takes over what is gone for certain: %s', (_title, fields) => {
      const root = makeTemporaryFolder();
      leaveLock(root, holder({ pid: deadPid, ...fields }));
      acquireLock(root, request())();
      expect(readdirSync(root)).toEqual([]);
    });

    it.each<readonly [string, Readonly<Record<string, unknown>>, string]>([
      ['this machine under another name, alive', { ...here, host: 'elsewhere', pid: process.ppid }, 'is running in it'],
      [
        'another container',
        { ...here, pidNamespace: 'pid:[1]' },
        'it was started in another container of this machine',
      ],
      [
        'another container of another name',
        { ...here, pidNamespace: 'pid:[1]', host: 'elsewhere' },
        'it was started in another container of this machine',
      ],
      [
        'another machine',
        { ...here, bootId: 'other', host: 'elsewhere', since: '1970-01-02T03:04:05.000Z' },
        'it was started on another machine, or on this one under another name',
      ],
      [
        'another machine, as a release before wrote it',
        { host: 'elsewhere' },
        'it was started on another machine, or on this one under another name',
      ],
      [
        'another machine of this name',
        { ...here, bootId: 'other', since: now },
        'it was started on another machine of the same name',
      ],
      [
        'a time that is none',
        { ...here, bootId: 'other', since: 'yesterday' },
        'it was started on another machine of the same name',
      ],
    ])('leaves what may live, and says how to free it: %s', async (_title, fields, said) => {
      const root = makeTemporaryFolder();
      const content = holder({ pid: deadPid, ...fields });
      const path = leaveLock(root, content);
      const { message, remedy } = (await failureOf(() => acquireLock(root, request()))) as ToolError;
      expect(message).toContain(said);
      expect(readFileSync(path, 'utf8')).toBe(content);
      execFileSync('sh', ['-c', remedy!.split('\n').at(-1)!]);
      acquireLock(root, request())();
      expect(readdirSync(root)).toEqual([]);
    });
  });

  it.runIf(isLinux && canUnshare)('is respected in another PID namespace, and from it', async () => {
    const root = makeTemporaryFolder();
    const program = join(makeTemporaryFolder(), 'taker.mjs');
    await bundle(
      `
      import { acquireLock } from './src/world/files/lock.ts';
      try { acquireLock(process.argv[2], { pid: process.pid, hostname: 'here', now: new Date(), command: 'inside' }); console.log('taken'); }
      catch (error) { console.log(error.message); }
      process.stdin.resume();`,
      program,
    );
    const say = async (): Promise<{ readonly said: string; readonly end: () => Promise<unknown> }> => {
      const child = spawn(
        'unshare',
        ['--map-root-user', '--pid', '--fork', '--kill-child', process.execPath, program, root],
        { stdio: ['pipe', 'pipe', 'inherit'] },
      );
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      const said = String(await new Promise((resolve) => child.stdout.once('data', resolve)));
      return {
        said,
        end: () => {
          child.stdin.end();
          return new Promise((resolve) => child.once('exit', resolve));
        },
      };
    };
    const release = acquireLock(root, request());
    const refused = await say();
    expect(refused.said).toContain('another container');
    await refused.end();
    release();
    const taken = await say();
    expect(taken.said).toBe('taken\n');
    expect(((await failureOf(() => acquireLock(root, request()))) as ToolError).message).toContain('another container');
    await taken.end();
  });

  it('makes its folder so that nobody else may write to it, and takes that right away', () => {
    const before = process.umask(0);
    onTestFinished(() => {
      process.umask(before);
    });
    for (const isThere of [false, true]) {
      const root = makeTemporaryFolder();
      if (isThere) mkdirSync(join(root, '.ingress-tls'));
      const release = acquireLock(root, request());
      expect(statSync(join(root, '.ingress-tls')).mode & 0o777).toBe(0o700);
      release();
    }
  });

  it('does not remove a lock that is no longer its own', () => {
    const root = makeTemporaryFolder();
    const release = acquireLock(root, request());
    const theirs = holder({});
    const path = leaveLock(root, theirs);
    release();
    expect(readFileSync(path, 'utf8')).toBe(theirs);
  });

  it('refuses a folder of its own that leads out of the project', async () => {
    const outside = makeTemporaryFolder();
    const root = makeTemporaryFolder();
    symlinkSync(outside, join(root, '.ingress-tls'));
    expect(await failureOf(() => acquireLock(root, request()))).toBeInstanceOf(UsageError);
    expect(readdirSync(outside)).toEqual([]);
  });

  it('lets exactly one of many takers in, again and again', async () => {
    const folder = makeTemporaryFolder();
    const program = join(folder, 'taker.mjs');
    // Every taker tries until it has had its turns. Holding the lock it makes a folder that must not exist yet; then it gives
    // the lock back, or leaves one of a dead process in its place, over which the others race.
    await bundle(
      `
      import { mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
      import { acquireLock } from './src/world/files/lock.ts';
      const [root, name] = [process.argv[2], process.argv[3]];
      const stale = ${JSON.stringify(holder({ pid: deadPid }))};
      let turns = 0;
      while (turns < 50) {
        let release;
        try { release = acquireLock(root, { pid: process.pid, hostname: 'here', now: new Date(), command: 'test' }); }
        catch (error) { if (error.constructor.name !== 'LockHeld') { console.error(error); process.exit(2); } continue; }
        try { mkdirSync(root + '/inside'); } catch { console.error('two at once'); process.exit(1); }
        turns += 1;
        rmdirSync(root + '/inside');
        if (turns % 3 === 0) { release(); continue; }
        writeFileSync(root + '/' + name, stale.replace('theirs', name + turns));
        renameSync(root + '/' + name, root + '/.ingress-tls/lock');
      }`,
      program,
    );
    const root = makeTemporaryFolder();
    const runs = ['a', 'b', 'c', 'd'].map(
      (name) =>
        new Promise<number | null>((resolve) => {
          spawn(process.execPath, [program, root, name], { stdio: ['ignore', 'inherit', 'inherit'] }).once(
            'exit',
            resolve,
          );
        }),
    );
    expect(await Promise.all(runs)).toEqual([0, 0, 0, 0]);
  });
});
