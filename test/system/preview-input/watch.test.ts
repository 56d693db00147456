import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { watch } from 'chokidar';
import { expect, it, onTestFinished, vi } from 'vitest';
import { watchProject } from '../../../src/world/files/watch.ts';

vi.mock('chokidar', { spy: true });

it('tells of changes where the project is reached through a symbolic link', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-watch-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, 'real/charts/svc7'), { recursive: true });
  symlinkSync('real', join(folder, 'link'));
  let tell: (paths: readonly string[]) => void;
  const told = new Promise<readonly string[]>((resolve) => (tell = resolve));
  const unwatch = await watchProject({
    root: join(folder, 'link'),
    names: ['charts'],
    onChange: (paths) => {
      tell(paths);
    },
    onTrouble: (error) => {
      throw error;
    },
  });
  onTestFinished(unwatch);
  writeFileSync(join(folder, 'link/elsewhere'), '');
  writeFileSync(join(folder, 'link/charts/svc7/values.yaml'), '');
  expect(await told).toEqual(['charts/svc7/values.yaml']);
});

it('tells once that the system has no more watches, and what to do', async () => {
  const watcher = Object.assign(new EventEmitter(), { close: () => Promise.resolve() });
  vi.mocked(watch).mockReturnValueOnce(watcher as unknown as ReturnType<typeof watch>);
  const troubles: (string | undefined)[] = [];
  const watching = watchProject({
    root: tmpdir(),
    names: [],
    onChange: () => undefined,
    onTrouble: ({ message, remedy }) => troubles.push(message, remedy),
  });
  for (const path of ['a', 'b', 'c'])
    watcher.emit(
      'error',
      Object.assign(new Error(`ENOSPC: System limit for number of file watchers reached, watch '${path}'`), {
        code: 'ENOSPC',
      }),
    );
  watcher.emit('ready');
  await (
    await watching
  )();
  expect(troubles).toEqual([
    expect.stringMatching(/^some files are not watched: ENOSPC.*'a'$/),
    expect.stringContaining('fs.inotify.max_user_watches'),
  ]);
});
