import { isAbsolute, resolve } from 'node:path';
import { createProjectFiles, type ProjectFiles } from '../effects/files.ts';
import { acquireLock } from '../effects/lock.ts';
import type { World } from '../effects/world.ts';
import { createReport, type Report } from './report.ts';
import { createStopWatch, type StopWatch } from './stop-watch.ts';
import { createWaiting, type Waiting } from './waiting.ts';

/** Options that every command has. */
export interface GlobalOptions {
  readonly directory?: string;
  readonly color: boolean;
}

/** What a command's action works with. */
export interface Session {
  readonly world: World;
  readonly files: ProjectFiles;
  /** Absolute path of the project folder. */
  readonly root: string;
  readonly report: Report;
  readonly stop: StopWatch;
  readonly waiting: Waiting;
}

export function openSession(world: World, options: GlobalOptions): Session {
  const root = resolvePath(world, options.directory ?? '.');
  const report = createReport(world, options.color);
  return { world, root, files: createProjectFiles(root), report, stop: createStopWatch(world), waiting: createWaiting(report) };
}

/** A path as the person gave it; the current folder may be gone where it does not matter. */
export function resolvePath(world: Pick<World, 'currentFolder'>, path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(world.currentFolder, path);
}

/** Runs an action that changes the project folder; a second such run in the same folder is refused meanwhile. */
export async function withLock<Result>(session: Session, command: string, action: () => Promise<Result>): Promise<Result> {
  const { world, root } = session;
  const release = acquireLock(root, { pid: world.pid, hostname: world.hostname, now: world.now(), command });
  try {
    session.files.sweepTemporaryFiles();
    return await action();
  } finally {
    release();
  }
}
