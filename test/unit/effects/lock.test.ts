import { spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, utimesSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acquireLock } from '../../../src/effects/lock.ts';
import { exitCodes, ToolError, UsageError } from '../../../src/errors.ts';
import { failureOf, makeTemporaryFolder } from './stand-in.ts';

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
  return JSON.stringify({ pid: process.ppid, host: 'here', since: '2026-01-02T03:04:05.000Z', command: 'render', token: 'theirs', ...overrides });
}

const deadPid = spawnSync(process.execPath, ['-e', '']).pid;

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
  });

  it.runIf(isLinux)('takes over the lock of a zombie', async () => {
    const root = makeTemporaryFolder();
    // The shell becomes a program that never waits for its child.
    const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 30'], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => { parent.kill(); });
    const pid = Number(String(await new Promise((resolve) => parent.stdout.once('data', resolve))));
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
    leaveLock(root, holder({ pid }));
    acquireLock(root, request())();
  });

  it('respects a living process and every process of another host', async () => {
    for (const content of [holder({}), holder({ pid: deadPid, host: 'elsewhere' })]) {
      const root = makeTemporaryFolder();
      leaveLock(root, content);
      expect(await failureOf(() => acquireLock(root, request()))).toBeInstanceOf(ToolError);
      expect(readFileSync(join(root, '.ingress-tls/lock'), 'utf8')).toBe(content);
    }
  });

  it('waits for a lock that is still being written, then takes it over', () => {
    const contents = ['', '{"pid":', 'null', '[]', '{"pid":-1,"host":"h","since":"s","command":"c","token":"t"}', holder({ command: '\u001b[2J' })];
    for (const content of contents) {
      const old = makeTemporaryFolder();
      const path = leaveLock(old, content);
      utimesSync(path, new Date(0), new Date(0));
      acquireLock(old, request())();
    }
    const root = makeTemporaryFolder();
    leaveLock(root, '');
    const begun = performance.now();
    acquireLock(root, request())();
    const waited = performance.now() - begun;
    expect(waited).toBeGreaterThan(1500);
    expect(waited).toBeLessThan(10_000);
  });

  it.runIf(isLinux)('takes over from a taker that was killed while it took over', async () => {
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
    const guard = join(folder, [...names].find((name) => name.startsWith('lock-'))!);
    expect(existsSync(guard)).toBe(false);

    mkdirSync(folder, { recursive: true });
    renameSync(join(root, 'kept'), path);
    writeFileSync(guard, holder({ pid: deadPid }));
    const release = acquireLock(root, request());
    expect(readdirSync(folder)).toEqual(['lock']);
    release();
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
    await build({
      stdin: {
        // Every taker tries for a while. Holding the lock it makes a folder that must not exist yet; then it gives the
        // lock back, or leaves one of a dead process in its place, over which the others race.
        contents: `
          import { mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
          import { acquireLock } from './src/effects/lock.ts';
          const [root, name] = [process.argv[2], process.argv[3]];
          const stale = ${JSON.stringify(holder({ pid: deadPid }))};
          let turns = 0;
          for (const end = Date.now() + 3000; Date.now() < end; ) {
            let release;
            try { release = acquireLock(root, { pid: process.pid, hostname: 'here', now: new Date(), command: 'test' }); }
            catch (error) { if (error.constructor.name !== 'LockHeld') { console.error(error); process.exit(2); } continue; }
            try { mkdirSync(root + '/inside'); } catch { console.error('two at once'); process.exit(1); }
            turns += 1;
            rmdirSync(root + '/inside');
            if (turns % 3 === 0) { release(); continue; }
            writeFileSync(root + '/' + name, stale.replace('theirs', name + turns));
            renameSync(root + '/' + name, root + '/.ingress-tls/lock');
          }
          writeFileSync(root + '/turns-' + name, String(turns));`,
        resolveDir: join(import.meta.dirname, '../../..'),
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
      keepNames: true,
      logLevel: 'error',
    });
    const root = makeTemporaryFolder();
    const runs = ['a', 'b', 'c', 'd'].map(
      (name) =>
        new Promise<number | null>((resolve) => {
          spawn(process.execPath, [program, root, name], { stdio: ['ignore', 'inherit', 'inherit'] }).once('exit', resolve);
        }),
    );
    expect(await Promise.all(runs)).toEqual([0, 0, 0, 0]);
    const turns = readdirSync(root).filter((name) => name.startsWith('turns-')).map((name) => Number(readFileSync(join(root, name), 'utf8')));
    expect(turns.every((count) => count > 0)).toBe(true);
    expect(turns.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(100);
  });
});
