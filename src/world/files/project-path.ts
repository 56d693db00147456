import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { sep } from 'node:path';
import { UsageError } from '../../errors.ts';
import { fileFailure, systemCode } from './file-failure.ts';

/** Turns a project path into a path of this machine after checking that it cannot lead out of the project. */
export interface ProjectPath {
  /** The project folder with its symbolic links resolved. */
  readonly root: string;
  /**
   * For writing and removing: checks every existing parent, leaves the last part alone (rename and unlink act on a
   * symbolic link itself).
   */
  resolveParent(path: string): string;
  /**
   * For opening what is no symbolic link (O_NOFOLLOW): checks every parent, and the system refuses a link in the last part.
   * Undefined when a parent does not exist.
   */
  resolveUnfollowed(path: string): string | undefined;
  /** What lies there, a symbolic link not followed; undefined when nothing does. */
  readStats(path: string): Stats | undefined;
  /** For reading: checks the last part as well. Undefined when nothing is there. */
  resolveExisting(path: string): string | undefined;
}

/**
 * @param root the project folder; it must exist.
 * @throws UsageError when the folder is missing.
 */
export function createProjectPath(root: string): ProjectPath {
  const realRoot = resolveRoot(root);
  const inside = realRoot.endsWith(sep) ? realRoot : realRoot + sep;

  const assertInside = (path: string, real: string): void => {
    if (real === realRoot || real.startsWith(inside)) return;
    throw new UsageError(`refused ${path}: a symbolic link on the way leads out of the project`, {
      remedy: 'Replace the symbolic link by a real folder or file inside the project.',
    });
  };

  // Not join: it takes apart again what was found to be plain.
  const locate = (path: string): string => inside + (sep === '/' ? path : path.replaceAll('/', sep));

  // Folders found to lie inside, so that a thousand files of one run do not ask again for each. Forgotten as soon as this
  // run waits for anything: another program may put a link in a folder's place meanwhile.
  const checked = new Set<string>();

  /** False when a folder on the way does not exist. */
  const checkFolders = (path: string): boolean => {
    assertPlain(path);
    const last = path.lastIndexOf('/');
    if (last === -1 || checked.has(path.slice(0, last))) return true;
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end);
      if (checked.has(folder)) continue;
      const full = locate(folder);
      const found = look(path, full);
      if (found === undefined) return false;
      if (found.isSymbolicLink()) assertInside(path, followLink(path, full));
      if (checked.size === 0)
        queueMicrotask(() => {
          checked.clear();
        });
      checked.add(folder);
    }
    return true;
  };

  return {
    root: realRoot,
    resolveParent(path) {
      checkFolders(path);
      return locate(path);
    },
    resolveUnfollowed(path) {
      return checkFolders(path) ? locate(path) : undefined;
    },
    readStats(path) {
      return checkFolders(path) ? look(path, locate(path)) : undefined;
    },
    resolveExisting(path) {
      if (!checkFolders(path)) return undefined;
      const full = locate(path);
      const found = look(path, full);
      if (found?.isSymbolicLink() !== true) return found === undefined ? undefined : full;
      const real = followLink(path, full);
      assertInside(path, real);
      return real;
    },
  };
}

function resolveRoot(root: string): string {
  try {
    return realpathSync.native(root);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileFailure(`cannot use the folder ${root}`, error);
    throw new UsageError(`cannot use the folder ${root}: it does not exist`, {
      remedy: 'Make the folder first.',
      cause: error,
    });
  }
}

/** What is there, a symbolic link not followed; undefined when nothing is. */
function look(path: string, full: string): Stats | undefined {
  try {
    return lstatSync(full, { throwIfNoEntry: false });
  } catch (error) {
    throw fileFailure(`cannot reach ${path}`, error);
  }
}

/** Where a symbolic link leads in the end. */
function followLink(path: string, full: string): string {
  try {
    return realpathSync.native(full);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw fileFailure(`cannot reach ${path}`, error);
    throw new UsageError(`refused ${path}: a symbolic link on the way leads to nothing`, {
      remedy: 'Remove the symbolic link.',
      cause: error,
    });
  }
}

/** A part that is empty, `.` or `..`, a backslash or a drive letter (a way out on Windows), or the end of a C string. */
const notPlain = /(?:^|\/)\.{0,2}(?:\/|$)|[\\\u0000]|^[A-Za-z]:/;

function assertPlain(path: string): void {
  if (!notPlain.test(path)) return;
  throw new UsageError(`refused the path ${JSON.stringify(path)}: it is not a plain path inside the project`);
}
