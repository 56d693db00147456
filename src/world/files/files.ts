import { createHash, hash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { geteuid, pid as ownPid } from 'node:process';
import { ToolError, UsageError } from '../../errors.ts';
import { decodeText } from './decode-text.ts';
import { fileFailure, systemCode } from './file-failure.ts';
import { findProcess } from './process-table.ts';
import { createProjectPath } from './project-path.ts';
import { noFollow, readOnly, readRegularFile } from './regular-file.ts';

/**
 * The files of a project. Paths are relative to the project folder, with forward slashes. Every method throws UsageError
 * for a path that leads out of the project and ToolError when the file system refuses.
 *
 * Synchronous on purpose: thousands of small files are written three times as fast as through promises, and a run can
 * stop only between two files.
 */
export interface ProjectFiles {
  /** The text of a file, with its byte order mark if it has one; undefined when there is none. */
  readText(path: string): string | undefined;
  /** Whether anything is there: a file, a folder, a symbolic link. */
  exists(path: string): boolean;
  /** Whether it is a symbolic link. */
  isLink(path: string): boolean;
  /**
   * Replaces or makes a file so that a kill at any moment leaves the old file or the new one. A symbolic link in its
   * place is replaced, not followed. Missing parent folders are made, private (0700) when the file is.
   */
  writeAtomic(path: string, data: string | Uint8Array, options?: WriteOptions): void;
  /**
   * Makes a folder with these files below it so that a kill at any moment leaves all of it or nothing; it takes half the time of
   * writing them one by one. False, and nothing done, where something is in its place.
   */
  makeFilled(folder: string, contents: readonly FileContent[]): boolean;
  /** Makes a folder with exactly this mode; an existing folder of ours is tightened when the mode is private. */
  makeDirectory(path: string, mode: number): void;
  /** Removes a file or a symbolic link; false when there was none. */
  remove(path: string): boolean;
  /** Removes the folders that these removed files were in, as far up as they are empty; never the project folder. */
  removeEmptyFolders(removed: readonly string[]): void;
  /** All files below a folder (symbolic links are named, not followed), sorted; none when there is no such folder. */
  list(folder: string): readonly string[];
  /**
   * SHA-256 in lower-case hexadecimal of the bytes, CRLF counted as LF: git may have made it so (core.autocrlf), and no reader of
   * YAML or JSON makes a difference. Undefined when there is no file.
   */
  digest(path: string): string | undefined;
  /** Whether any of these files, all of which were there at that time, has been written, replaced or removed since; in doubt it says so. */
  haveChanged(paths: readonly string[], since: Date): boolean;
  /** Removes the temporary files that killed runs left; to be called while holding the lock. Returns their paths. */
  sweepTemporaryFiles(): readonly string[];
}

interface FileContent {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

interface WriteOptions {
  /** Exact permission bits, whatever the umask; 0644 when absent. */
  readonly mode?: number;
  /** Wait until the disk has it. For what cannot be made again: keys. */
  readonly durable?: boolean;
  /** Fail when something is there already, even if it came a moment ago: a key is never replaced. */
  readonly exclusive?: boolean;
}

/** Larger than any file we make or read; keeps a mistake (a disk image in place of a file) out of memory. */
const maxTextBytes = 16 * 1024 * 1024;

/** One for all files whose digest is asked for: thousands of small ones would weigh more than all else in memory. */
const buffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Milliseconds by which the clock of a file system may be coarser than ours, or behind it. */
const clockMargin = 2000;

const temporaryName = /^\.ingress-tls-(\d+)-[0-9a-f]{16}\.tmp$/;

/** The folders that we write to. */
const ownFolders = new Set(['.ingress-tls', 'certs', 'charts', 'manifests', 'secrets']);

/**
 * Opens a project folder.
 * @throws UsageError when the folder does not exist.
 */
export function createProjectFiles(root: string): ProjectFiles {
  const place = createProjectPath(root);

  // Random once: asking for randomness for each of thousands of files takes as long as renaming them.
  const token = randomBytes(4).toString('hex');
  let count = 0;
  const nextTemporaryName = (): string => {
    count += 1;
    return `.ingress-tls-${ownPid}-${token}${count.toString(16).padStart(8, '0')}.tmp`;
  };

  const makeParents = (path: string, mode: number): void => {
    const parent = parentOf(path);
    if (parent !== '') makeFolder(parent, isPrivate(mode) ? 0o700 : 0o755);
  };

  /** What a path leads to, inside the project. */
  const readFound = (path: string): Stats | undefined => {
    const full = place.resolveExisting(path);
    return full === undefined ? undefined : statSync(full, { throwIfNoEntry: false });
  };

  const exists = (path: string): boolean => {
    const full = place.resolveParent(path);
    try {
      return lstatSync(full, { throwIfNoEntry: false }) !== undefined;
    } catch (error) {
      throw fileFailure(`cannot reach ${path}`, error);
    }
  };

  const makeFolder = (path: string, mode: number): 'made' | 'found' => {
    const full = place.resolveParent(path);
    try {
      mkdirSync(full, { mode });
      settled.delete(full);
      chmodSync(full, mode);
      return 'made';
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        makeParents(path, mode);
        return makeFolder(path, mode);
      }
      if (systemCode(error) !== 'EEXIST') throw fileFailure(`cannot make the folder ${path}`, error);
    }
    const found = readFound(path);
    // Another run that just ended has removed it, empty as it was.
    if (found === undefined) return makeFolder(path, mode);
    if (!found.isDirectory()) {
      throw new ToolError(`cannot make the folder ${path}: a file is in its place`, {
        remedy: `Move ${path} away, then run the same command again.`,
      });
    }
    return 'found';
  };

  const openForReading = (path: string): number | undefined => {
    if (noFollow !== undefined) {
      const full = place.resolveUnfollowed(path);
      if (full === undefined) return undefined;
      // Most files are no symbolic links: asking first for each of thousands would take as long as opening it.
      try {
        return openSync(full, readOnly | noFollow);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return undefined;
        // Whatever else it is, what follows finds out and says.
      }
    }
    const full = place.resolveExisting(path);
    if (full === undefined) return undefined;
    try {
      return openSync(full, readOnly);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw fileFailure(`cannot read ${path}`, error);
    }
  };

  const readOpened = <T>(path: string, read: (descriptor: number, found: Stats) => T): T | undefined => {
    const descriptor = openForReading(path);
    return descriptor === undefined ? undefined : readRegularFile(path, descriptor, read);
  };

  const walk = (folder: string, full: string, visit: (path: string, name: string) => void): void => {
    for (const entry of readdirSync(full, { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      // What is in a temporary folder goes with it.
      if (entry.isDirectory() && !temporaryName.test(entry.name)) walk(path, join(full, entry.name), visit);
      else visit(path, entry.name);
    }
  };

  // A folder exists for good only when its parent's entry is on the disk too. That is seen to once for each folder.
  const settled = new Set<string>();

  const syncFolders = (folder: string): void => {
    syncFolder(folder);
    if (folder === place.root || settled.has(folder) || !folder.startsWith(place.root)) return;
    syncFolders(dirname(folder));
    settled.add(folder);
  };

  return {
    readText(path) {
      return readOpened(path, (descriptor, { size }) => {
        if (size > maxTextBytes) {
          throw new UsageError(`cannot read ${path}: it is larger than ${maxTextBytes / 1024 / 1024} MiB`);
        }
        return decodeText(path, readFileSync(descriptor));
      });
    },

    exists,

    isLink(path) {
      return place.readStats(path)?.isSymbolicLink() === true;
    },

    writeAtomic(path, data, options = {}) {
      const mode = options.mode ?? 0o644;
      const durable = options.durable ?? false;
      const full = place.resolveParent(path);
      const folder = dirname(full);
      const temporary = join(folder, nextTemporaryName());
      try {
        try {
          makeFile(temporary, data, mode, durable);
        } catch (error) {
          if (systemCode(error) !== 'ENOENT') throw error;
          makeParents(path, mode);
          makeFile(temporary, data, mode, durable);
        }
        if (options.exclusive === true) renameExclusively(temporary, full);
        else renameSync(temporary, full);
        if (durable) syncFolders(folder);
      } catch (error) {
        removeQuietly(temporary);
        throw fileFailure(`cannot write ${path}`, error);
      }
    },

    makeFilled(folder, contents) {
      if (exists(folder)) return false;
      const temporary = [...folder.split('/').slice(0, -1), nextTemporaryName()].join('/');
      const made = new Set<string>();
      const makeFolders = (path: string): void => {
        if (made.has(path)) return;
        if (path !== temporary) makeFolders(parentOf(path));
        makeFolder(path, 0o755);
        made.add(path);
      };
      let writing = folder;
      try {
        for (const { path, content, mode } of contents) {
          writing = path;
          const inside = temporary + path.slice(folder.length);
          makeFolders(parentOf(inside));
          makeFile(place.resolveParent(inside), content, mode, false);
        }
        renameSync(place.resolveParent(temporary), place.resolveParent(folder));
        return true;
      } catch (error) {
        removeQuietly(place.resolveParent(temporary));
        // Somebody has put something there meanwhile.
        if (exists(folder)) return false;
        throw fileFailure(`cannot write ${writing}`, error);
      }
    },

    makeDirectory(path, mode) {
      if (makeFolder(path, mode) === 'made' || !isPrivate(mode)) return;
      const found = readFound(path);
      if (found === undefined) return;
      const ours = geteuid === undefined || found.uid === geteuid();
      if (!ours || (found.mode & 0o777 & ~mode) === 0) return;
      try {
        chmodSync(place.resolveParent(path), found.mode & mode);
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return;
        throw fileFailure(`cannot make the folder ${path} private`, error);
      }
    },

    remove(path) {
      const full = place.resolveParent(path);
      try {
        unlinkSync(full);
        return true;
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return false;
        // Linux answers EISDIR, macOS EPERM.
        if (lstatSync(full, { throwIfNoEntry: false })?.isDirectory() === true) {
          throw new ToolError(`cannot remove ${path}: a folder is in its place`, {
            remedy: `Move the folder ${path} away.`,
            cause: error,
          });
        }
        throw fileFailure(`cannot remove ${path}`, error);
      }
    },

    removeEmptyFolders(removed) {
      for (const path of removed) {
        for (let folder = parentOf(path); folder !== ''; folder = parentOf(folder)) {
          if (!removeFolderIfEmpty(folder, place.resolveParent(folder))) break;
        }
      }
    },

    list(folder) {
      const full = place.resolveExisting(folder);
      if (full === undefined) return [];
      const found: string[] = [];
      try {
        walk(folder, full, (path, name) => {
          if (!temporaryName.test(name)) found.push(path);
        });
      } catch (error) {
        throw fileFailure(`cannot list ${folder}`, error);
      }
      return found.sort();
    },

    digest(path) {
      return readOpened(path, (descriptor, { size }) => digestOpened(descriptor, size));
    },

    haveChanged(paths, since) {
      return paths.some((path) => {
        const changed = place.readStats(path)?.ctimeMs;
        return changed === undefined || changed >= since.getTime() - clockMargin;
      });
    },

    sweepTemporaryFiles() {
      const swept: string[] = [];
      const sweep = (path: string, name: string): void => {
        const maker = Number(temporaryName.exec(name)?.[1] ?? Number.NaN);
        // One with our own pid is of an earlier process too (pids repeat in containers): our own are gone when a
        // method returns.
        if (Number.isNaN(maker) || (maker !== ownPid && findProcess(maker) !== undefined)) return;
        removeQuietly(join(place.root, path));
        swept.push(path);
      };
      try {
        // The project folder may hold anything else, large or unreadable: only where we write is looked.
        for (const entry of readdirSync(place.root, { withFileTypes: true })) {
          if (!entry.isDirectory()) sweep(entry.name, entry.name);
          else if (ownFolders.has(entry.name)) walk(entry.name, join(place.root, entry.name), sweep);
        }
      } catch (error) {
        throw fileFailure('cannot look for temporary files of stopped runs', error);
      }
      return swept;
    },
  };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function isPrivate(mode: number): boolean {
  return (mode & 0o077) === 0;
}

function digestOpened(descriptor: number, size: number): string {
  let length = readSync(descriptor, buffer);
  // Fewer bytes than there is room for: a regular file has no more (POSIX.1-2024, read).
  if (length === size && length < buffer.length) return hash('sha256', joinLineEnds(buffer.subarray(0, length)), 'hex');
  const digest = createHash('sha256');
  let kept = 0;
  while (length > 0) {
    const end = kept + length;
    // Its line feed may begin the next piece.
    kept = buffer[end - 1] === carriageReturn ? 1 : 0;
    digest.update(joinLineEnds(buffer.subarray(0, end - kept)));
    buffer[0] = carriageReturn;
    length = readSync(descriptor, buffer, kept, buffer.length - kept, null);
  }
  return digest.update(buffer.subarray(0, kept)).digest('hex');
}

const carriageReturn = 0x0d;

function joinLineEnds(bytes: Buffer): Buffer {
  if (!bytes.includes(carriageReturn)) return bytes;
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

/** Makes a file where nothing is, in a folder that is there. */
function makeFile(full: string, data: string | Uint8Array, mode: number, durable: boolean): void {
  const descriptor = openSync(full, 'wx', mode);
  try {
    fchmodSync(descriptor, mode);
    writeFileSync(descriptor, data);
    if (durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncFolder(folder: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(folder, 'r');
    fsyncSync(descriptor);
  } catch (error) {
    // Windows and some network file systems cannot sync a folder; the rename stands all the same.
    if (!['EINVAL', 'EPERM', 'EISDIR', 'EACCES'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Whether the folder is gone afterwards. */
function removeFolderIfEmpty(path: string, full: string): boolean {
  try {
    rmdirSync(full);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT') return true;
    if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code)) return false;
    throw fileFailure(`cannot remove the folder ${path}`, error);
  }
}

/** Like rename, but fails with EEXIST when something is there. */
function renameExclusively(temporary: string, full: string): void {
  try {
    linkSync(temporary, full);
  } catch (error) {
    // FAT and some network file systems have no hard links.
    if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(systemCode(error) ?? '')) throw error;
    closeSync(openSync(full, 'wx'));
    renameSync(temporary, full);
    return;
  }
  unlinkSync(temporary);
}

/** A file, or a folder with all that is in it. */
function removeQuietly(full: string): void {
  try {
    rmSync(full, { recursive: true, force: true });
  } catch {
    // The failure that led here is the one to report; the next run sweeps the file.
  }
}
