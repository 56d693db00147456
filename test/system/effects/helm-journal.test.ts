import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createExec, type Exec, type ToolResult } from '../../../src/world/exec/exec.ts';
import { createProjectFiles } from '../../../src/world/files/files.ts';
import { deleteCommand } from '../../../src/kube/commands.ts';
import { helmUpgradeCommand } from '../../../src/kube/helm-commands.ts';
import type { ToolCommand } from '../../../src/model/plan.ts';
import { dropHelmEntry, readHelmJournal, withHelmJournal } from '../../../src/world/helm/helm-journal.ts';
import { findProcess } from '../../../src/world/files/process-table.ts';
import { until } from '../../support/until.ts';
import { installStandIns, makeTemporaryFolder } from '../../support/effects/stand-in.ts';

const isLinux = process.platform === 'linux';
const place = { hostname: 'here', context: 'prod', server: 'https://192.0.2.1:6443' };
const now = (): Date => new Date('2026-11-23T07:00:00.900Z');
const startedAt = 1795417200;

function upgrade(name: string, namespace = 'default'): ToolCommand {
  return helmUpgradeCommand({
    release: name,
    chartFolder: 'chart',
    namespace,
    timeout: 60,
    helmMajor: 4,
    labels: {},
    setFiles: {},
    forceConflicts: false,
    serverValidates: true,
  });
}

/** A project with a helm that does this; `journal` lists the notes. */
function projectWith(helm: string): {
  readonly root: string;
  readonly exec: Exec;
  readonly journal: () => readonly string[];
} {
  const root = makeTemporaryFolder();
  const exec = createExec({
    env: installStandIns({ helm, kubectl: '' }),
    cwd: root,
    graceMs: { kill: 100, helm: 100, output: 100 },
  });
  const folder = join(root, '.ingress-tls/helm');
  return {
    root,
    exec: withHelmJournal(exec, { files: createProjectFiles(root), place, now }),
    journal: () => (existsSync(folder) ? readdirSync(folder).sort() : []),
  };
}

describe('withHelmJournal', () => {
  it('notes each of several helms while it runs, and nothing afterwards', async () => {
    const { root, exec, journal } = projectWith(
      `const fs = require('node:fs'); const wait = () => { if (fs.existsSync('go')) process.exit(0); setTimeout(wait, 10); }; wait();`,
    );
    const runs = ['a', 'b', 'c'].map((name) => exec.run(upgrade(name, 'shop'), { timeoutMs: 60_000 }));
    await until(() => journal().length === 3);
    expect(journal()).toEqual(['shop.a.json', 'shop.b.json', 'shop.c.json']);
    const entries = readHelmJournal(createProjectFiles(root), place);
    expect(entries).toMatchObject(
      ['a', 'b', 'c'].map((name) => ({ name, namespace: 'shop', startedAt, isRunning: true })),
    );
    expect(new Set(entries.map(({ pid }) => pid)).size).toBe(3);
    writeFileSync(join(root, 'go'), '');
    await Promise.all(runs);
    expect(existsSync(join(root, '.ingress-tls'))).toBe(false);
  });

  it('keeps the note of a helm that was killed', async () => {
    const { root, exec } = projectWith(`process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 10000);`);
    expect((await exec.run(upgrade('a'), { timeoutMs: 60_000 })).signal).toBe('SIGKILL');
    expect(readHelmJournal(createProjectFiles(root), place)).toMatchObject([
      { name: 'a', namespace: 'default', isRunning: false },
    ]);
  });

  it('keeps the note of a helm that lost the API server, and of no other failure', async () => {
    const texts = {
      lost: 'Error: UPGRADE FAILED: Get "https://192.0.2.1:6443/api": dial tcp 192.0.2.1:6443: connect: connection refused',
      other: 'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
    };
    const { exec, journal } = projectWith(
      `console.error(${JSON.stringify(texts)}[process.argv[4]]); process.exitCode = 1;`,
    );
    for (const name of Object.keys(texts)) await exec.run(upgrade(name), { timeoutMs: 60_000 });
    expect(journal()).toEqual(['default.lost.json']);
  });

  it('keeps the note of a helm that does not end when it should', async () => {
    const { root, exec } = projectWith(
      `process.on('SIGTERM', () => {}); setTimeout(() => {}, 5000); require('node:fs').writeFileSync('ready', '');`,
    );
    const run = exec.run(upgrade('a'), { timeoutMs: 1500 });
    const { stillRunning } = await run;
    // On a busy machine the program may not have come to its handler: then the signal ended it.
    expect(readHelmJournal(createProjectFiles(root), place)).toMatchObject([
      { name: 'a', isRunning: stillRunning !== undefined },
    ]);
    if (stillRunning !== undefined) process.kill(stillRunning, 'SIGKILL');
  });

  it('notes no question, no kubectl, and nothing under a name that is none', async () => {
    const { root, exec } = projectWith(`process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 10000);`);
    await exec.run({ ...upgrade('a'), effect: 'read' }, { timeoutMs: 60_000 });
    await exec.run(deleteCommand({ resource: 'services', names: ['a'], timeout: 60 }), { timeoutMs: 60_000 });
    for (const [name, namespace] of [
      ['../x', 'a'],
      ['a', '../../x'],
      ['a.b', 'c'],
      ['', 'a'],
    ] as const)
      await exec.run(upgrade(name, namespace), { timeoutMs: 60_000 });
    expect(readdirSync(root)).toEqual([]);
  });

  it('lets helm work where nothing can be noted', async () => {
    const { root, exec } = projectWith(`console.log('done');`);
    writeFileSync(join(root, '.ingress-tls'), 'a file in its place');
    expect((await exec.run(upgrade('a'), { timeoutMs: 60_000 })).stdout).toBe('done\n');
  });

  it('passes the process id on to whoever asked for it', async () => {
    const seen: unknown[] = [];
    const result: ToolResult = {
      exitCode: 0,
      signal: undefined,
      stdout: '',
      stderr: '',
      isCut: false,
      durationMs: 1,
      timedOut: false,
      stillRunning: undefined,
    };
    const inner: Exec = {
      run: (_command, { onStart }) => {
        onStart?.(process.pid);
        return Promise.resolve(result);
      },
    };
    const exec = withHelmJournal(inner, { files: createProjectFiles(makeTemporaryFolder()), place, now });
    await exec.run(upgrade('a'), { timeoutMs: 1, onStart: (pid) => seen.push(pid) });
    expect(seen).toEqual([process.pid]);
  });
});

describe('readHelmJournal', () => {
  const own = findProcess(process.pid)?.startTicks;
  const entry = {
    version: 1,
    pid: process.pid,
    startedAt,
    ...place,
    ...(own === undefined ? {} : { startTicks: own }),
  };

  function read(content: string, name = 'default.a.json'): ReturnType<typeof readHelmJournal> {
    const root = makeTemporaryFolder();
    mkdirSync(join(root, '.ingress-tls/helm'), { recursive: true });
    writeFileSync(join(root, '.ingress-tls/helm', name), content);
    return readHelmJournal(createProjectFiles(root), place);
  }

  it('finds the process that was noted', () => {
    expect(read(JSON.stringify(entry))).toEqual([
      { name: 'a', namespace: 'default', pid: process.pid, startedAt, isRunning: true },
    ]);
  });

  it.runIf(isLinux)('is not misled by another process of the same number', () => {
    expect(read(JSON.stringify({ ...entry, startTicks: '1' }))).toMatchObject([{ isRunning: false }]);
  });

  it.each([
    { hostname: 'elsewhere' },
    { pidNamespace: 'pid:[1]' },
    { context: 'staging' },
    { server: 'https://192.0.2.2' },
    { version: 2 },
    { pid: -1 },
    { pid: '1' },
    { startedAt: 0.5 },
  ])('says nothing of %j', (other) => {
    expect(read(JSON.stringify({ ...entry, ...other }))).toEqual([]);
  });

  it.each(['', '{', '[]', 'null', '"x"'])('takes %j for none', (text) => {
    expect(read(text)).toEqual([]);
  });

  it.each(['a.json', '.a.json', 'default.a.b.json', 'default.a.json.tmp', 'de fault.a.json'])(
    'ignores a file named %s',
    (name) => {
      expect(read(JSON.stringify(entry), name)).toEqual([]);
    },
  );

  it('is empty where there is none, and forgets what is dropped', () => {
    const root = makeTemporaryFolder();
    const files = createProjectFiles(root);
    expect(readHelmJournal(files, place)).toEqual([]);
    files.writeAtomic('.ingress-tls/helm/default.a.json', JSON.stringify(entry));
    expect(readFileSync(join(root, '.ingress-tls/helm/default.a.json'), 'utf8')).not.toBe('');
    dropHelmEntry(files, { name: 'a', namespace: 'default' });
    dropHelmEntry(files, { name: 'a', namespace: 'default' });
    expect(readdirSync(root)).toEqual([]);
  });
});
