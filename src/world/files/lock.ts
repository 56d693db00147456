import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeFileSync } from 'node:fs';
import { ToolError, UsageError } from '../../errors.ts';
import { printCommand } from '../../kube/command-line.ts';
import { fileFailure, systemCode } from './file-failure.ts';
import { createProjectFiles } from './files.ts';
import { lookUpProcess, markProcess, type ProcessMark } from './process-mark.ts';
import { createProjectPath } from './project-path.ts';
import { noFollow, readOnly, readRegularFile } from './regular-file.ts';

/** Who asks for the lock. */
export interface LockRequest {
  readonly pid: number;
  readonly hostname: string;
  readonly now: Date;
  /** The command as the person knows it: `apply`. */
  readonly command: string;
}

const folder = '.ingress-tls';
const lockPath = `${folder}/lock`;

/** A lock without readable content is being written at this moment, or its writer was killed in between. */
const unreadableForMs = 3_000;
const retryMs = 25;

/** Longer than any lock that we write. */
const longestLock = 4096;

/** What a lock file says. */
interface Holder extends Omit<ProcessMark, 'hostname' | 'since'> {
  readonly host: string;
  readonly since: string;
  readonly command: string;
  readonly token: string;
}

interface FoundLock {
  /** Undefined: empty or garbled. */
  readonly holder: Holder | undefined;
  readonly changedAt: number;
  /** Tells this lock from a later one at the same path. */
  readonly identity: string;
}

/**
 * Makes sure that one run at a time works in a project folder. A lock of a process that is gone is taken over, one of a
 * process that cannot be looked up from here never is.
 * @returns the function that gives the lock back; it may be called more than once.
 * @throws ToolError naming the holder when another run has the lock, or when the folder cannot be written; UsageError
 * when something lies in the lock's place that is none.
 */
export function acquireLock(root: string, request: LockRequest): () => void {
  const files = createProjectFiles(root);
  const holder: Holder = {
    pid: request.pid,
    host: request.hostname,
    since: request.now.toISOString(),
    command: request.command,
    ...markProcess(request.pid),
    token: randomUUID(),
  };
  const lock: Place = {
    path: createProjectPath(root).resolveParent(lockPath),
    // What it holds decides which files count as edited: nobody else may write there.
    makeFolder: () => {
      files.makeDirectory(folder, 0o700);
    },
  };
  lock.makeFolder();
  take(lock, holder, clockFrom(request.now));
  return () => {
    giveBack(lock.path, holder);
    try {
      files.removeEmptyFolders([lockPath]);
    } catch {
      // The failure that led here is the one to report.
    }
  };
}

/** Where a lock file lies. */
interface Place {
  readonly path: string;
  /** Makes the folder that it lies in, where a run that just ended removed it. */
  readonly makeFolder: () => void;
}

/** The time now, in milliseconds, from the moment that was passed in. */
function clockFrom(start: Date): () => number {
  const begun = performance.now();
  return () => start.getTime() + (performance.now() - begun);
}

/**
 * Takes the lock file at a path. Taking over a stale file is itself guarded by a lock named after that very file, so that
 * of two takers none can remove the lock that the other has just made. A taker that is killed in between leaves a stale
 * guard, which is taken over in the same way.
 */
function take(place: Place, holder: Holder, clock: () => number): void {
  const { path } = place;
  let watched = { identity: '', since: 0 };
  for (;;) {
    if (create(place, holder)) return;
    const found = read(path);
    if (found === undefined) continue;
    if (found.identity !== watched.identity) watched = { identity: found.identity, since: performance.now() };
    // File systems have clocks of their own, and files times of anybody's making: ours counts too.
    const isOverdue = performance.now() - watched.since > unreadableForMs;
    if (found.holder === undefined) {
      if (!isOverdue && clock() - found.changedAt <= unreadableForMs) {
        pause();
        continue;
      }
    } else {
      refuseHeld(path, found.holder, holder);
    }
    const guard = { ...place, path: `${path}-${found.identity}` };
    try {
      take(guard, holder, clock);
    } catch (error) {
      if (!(error instanceof LockHeld) || isOverdue) throw error;
      pause();
      continue;
    }
    try {
      if (read(path)?.identity === found.identity) unlinkSync(path);
    } finally {
      giveBack(guard.path, holder);
    }
  }
}

/** Stops this thread for a moment; nothing else runs yet when a lock is taken. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
}

class LockHeld extends ToolError {}

/** @throws LockHeld unless the process that has the lock is gone for certain. */
function refuseHeld(path: string, found: Holder, own: Holder): void {
  const sight = lookUpProcess({ ...found, hostname: found.host, since: Date.parse(found.since) }, own.host);
  if (sight === 'gone') return;
  const free = printCommand({ tool: 'rm', args: [path] });
  const what = `cannot work in this folder: ingress-tls ${found.command}`;
  const process = `process ${found.pid} on ${found.host}, since ${found.since}`;
  if (sight === 'running') {
    throw new LockHeld(`${what} is running in it (${process})`, {
      remedy: `Wait until it has ended. If process ${found.pid} is no ingress-tls:\n${free}`,
    });
  }
  throw new LockHeld(
    `${what} has locked it (${process}), and whether it still runs cannot be seen from here: it was started ${sight.started}`,
    {
      remedy: `Wait until it has ended. If you know that it has:\n${free}`,
    },
  );
}

/** Makes the lock file; false when there is one already. */
function create({ path, makeFolder }: Place, holder: Holder): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o644);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (systemCode(error) !== 'ENOENT') throw fileFailure('cannot lock the project folder', error);
    makeFolder();
    return false;
  }
  try {
    writeFileSync(descriptor, `${JSON.stringify(holder)}\n`);
  } catch (error) {
    unlinkSync(path);
    throw fileFailure('cannot lock the project folder', error);
  } finally {
    closeSync(descriptor);
  }
  // Were we held up for seconds between the two calls, the empty file has been taken for a dead one.
  return read(path)?.holder?.token === holder.token;
}

function read(path: string): FoundLock | undefined {
  const descriptor = open(path);
  if (descriptor === undefined) return undefined;
  return readRegularFile(lockPath, descriptor, (opened, { ino, mtimeMs }) => {
    const bytes = Buffer.alloc(longestLock + 1);
    const text = bytes.toString('utf8', 0, readSync(opened, bytes));
    const identity = createHash('sha256').update(`${ino} ${mtimeMs} ${text}`).digest('hex').slice(0, 16);
    return { holder: parseHolder(text), changedAt: mtimeMs, identity };
  });
}

function open(path: string): number | undefined {
  try {
    return openSync(path, readOnly | (noFollow ?? 0));
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT') return undefined;
    // FreeBSD answers EMLINK.
    if (!['ELOOP', 'EMLINK'].includes(code)) throw fileFailure(`cannot read ${lockPath}`, error);
    throw new UsageError(`cannot read ${lockPath}: it is a symbolic link`, {
      remedy: `Remove the symbolic link:\n${printCommand({ tool: 'rm', args: [path] })}`,
      cause: error,
    });
  }
}

/** What stands in the file is shown to a person: control characters and overlong text make it garbled. */
function parseHolder(text: string): Holder | undefined {
  if (text.length > longestLock) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, since, command, token, startTicks, bootId, pidNamespace } = value as Record<keyof Holder, unknown>;
  return (
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    [host, since, command, token].every((text) => typeof text === 'string' && /^[^\p{Cc}]+$/u.test(text)) &&
    [startTicks, bootId, pidNamespace].every((text) => text === undefined || typeof text === 'string')
  );
}

function giveBack(path: string, holder: Holder): void {
  try {
    if (read(path)?.holder?.token === holder.token) unlinkSync(path);
  } catch {
    // A lock that stays behind is stale as soon as this process ends.
  }
}
