import fs, { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { startInside } from './inside-program.ts';

interface Found {
  readonly text: string;
  readonly mode: number;
}
/** Files by their paths, as they were at a moment. */
export type Folder = ReadonlyMap<string, Found>;

export function readFolder(root: string): Folder {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(
    paths.map((path) => [
      path.slice(root.length + 1),
      { text: readFileSync(path, 'utf8'), mode: statSync(path).mode & 0o777 },
    ]),
  );
}

/** Without the lock: the process that has it, this one, is not dead. */
export function writeFolder(root: string, folder: Folder): void {
  for (const [path, { text, mode }] of folder) {
    if (path === '.ingress-tls/lock') continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  }
}

const changes = [
  'openSync',
  'writeFileSync',
  'fsyncSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
  'mkdirSync',
] as const;
const others = ['rmdirSync', 'rmSync', 'chmodSync', 'fchmodSync', 'closeSync'] as const;

/** Runs a command in this process, and looks at the folder before each call that may change the disk: as a kill there would leave it. */
export async function watchEachStep(project: string, args: readonly string[]): Promise<readonly Folder[]> {
  const moments: Folder[] = [];
  const originals = [...changes, ...others].map((name) => [name, fs[name]] as const);
  let isLooking = false;
  for (const [name, original] of originals) {
    Object.assign(fs, {
      [name]: (...given: readonly unknown[]): unknown => {
        if (!isLooking) {
          isLooking = true;
          moments.push(readFolder(project));
          isLooking = false;
        }
        return Reflect.apply(original, fs, given);
      },
    });
  }
  syncBuiltinESMExports();
  try {
    const { exitCode, stderr } = await startInside(args, project, { PATH: '' }).ended;
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('next: ingress-tls apply')]);
  } finally {
    Object.assign(fs, Object.fromEntries(originals));
    syncBuiltinESMExports();
  }
  return moments;
}

/** Without what says nothing of the project: the lock, and what a run had not put in its place. */
export function distinguish(folder: Folder): string {
  return JSON.stringify([...folder].filter(([path]) => !path.endsWith('.tmp') && path !== '.ingress-tls/lock'));
}
