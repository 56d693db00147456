import { isAbsolute, resolve } from 'node:path';
import type { ProjectFiles } from '../world/files/files.ts';
import { acquireLock } from '../world/files/lock.ts';
import { finishRenewals } from '../world/files/renewal.ts';
import type { World } from '../world/world.ts';
import type { Listener } from './listener.ts';
import type { StopWatch } from './stop-watch.ts';

/** What a use case works with. */
export interface Session {
  readonly world: World;
  readonly files: ProjectFiles;
  /** Absolute path of the project folder. */
  readonly root: string;
  readonly listener: Listener;
  readonly stop: StopWatch;
}

/** A path as the person gave it; the current folder may be gone where it does not matter. */
export function resolvePath(world: Pick<World, 'currentFolder'>, path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(world.currentFolder, path);
}

/** Runs an action that changes the project folder; a second such run in the same folder is refused meanwhile. */
export async function withLock<Result>(
  session: Session,
  command: string,
  action: () => Promise<Result>,
): Promise<Result> {
  const { world, root } = session;
  const release = acquireLock(root, { pid: world.pid, hostname: world.hostname, now: world.now(), command });
  try {
    session.files.sweepTemporaryFiles();
    finishRenewals(session.files);
    return await action();
  } finally {
    release();
  }
}
