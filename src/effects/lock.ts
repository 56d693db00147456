import { createHash, randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ToolError } from '../errors.ts';
import { fileFailure, systemCode } from './file-failure.ts';
import { findProcess } from './process-table.ts';
import { createProjectPath } from './project-path.ts';

/** Who asks for the lock. */
export interface LockRequest {
  readonly pid: number;
  readonly hostname: string;
  readonly now: Date;
  /** The command as the person knows it: `apply`. */
  readonly command: string;
}

const lockPath = '.ingress-tls/lock';

/** A lock without readable content is being written at this moment, or its writer was killed in between. */
const unreadableForMs = 3_000;
const retryMs = 25;

/** What a lock file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly command: string;
  readonly startTicks?: string;
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
 * Makes sure that one run at a time works in a project folder. A lock of a process that is gone is taken over.
 * @returns the function that gives the lock back; it may be called more than once.
 * @throws ToolError naming the holder when another run has the lock, or when the folder cannot be written.
 */
export function acquireLock(root: string, request: LockRequest): () => void {
  const path = createProjectPath(root).resolveParent(lockPath);
  const folder = dirname(path);
  const madeFolder = makeFolder(folder);
  const startTicks = findProcess(request.pid)?.startTicks;
  const holder: Holder = {
    pid: request.pid,
    host: request.hostname,
    since: request.now.toISOString(),
    command: request.command,
    ...(startTicks !== undefined && { startTicks }),
    token: randomUUID(),
  };
  take(path, holder, clockFrom(request.now));
  return () => {
    giveBack(path, holder);
    if (madeFolder) removeIfEmpty(folder);
  };
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
function take(path: string, holder: Holder, clock: () => number): void {
  for (;;) {
    if (create(path, holder)) return;
    const found = read(path);
    if (found === undefined) continue;
    const state = judge(found, holder.host, clock());
    if (state === 'held') throw heldBy(found);
    if (state === 'unknown') {
      pause();
      continue;
    }
    const guard = `${path}-${found.identity}`;
    try {
      take(guard, holder, clock);
    } catch (error) {
      if (!(error instanceof LockHeld)) throw error;
      pause();
      continue;
    }
    try {
      if (read(path)?.identity === found.identity) unlinkSync(path);
    } finally {
      giveBack(guard, holder);
    }
  }
}

/** Stops this thread for a moment; nothing else runs yet when a lock is taken. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
}

function judge(found: FoundLock, host: string, now: number): 'held' | 'stale' | 'unknown' {
  const { holder } = found;
  if (holder === undefined) return now - found.changedAt > unreadableForMs ? 'stale' : 'unknown';
  if (holder.host !== host) return 'held';
  const running = findProcess(holder.pid);
  if (running === undefined) return 'stale';
  const reused = holder.startTicks !== undefined && running.startTicks !== undefined && holder.startTicks !== running.startTicks;
  return reused ? 'stale' : 'held';
}

class LockHeld extends ToolError {}

function heldBy(found: FoundLock): LockHeld {
  const { holder } = found;
  if (holder === undefined) return new LockHeld('cannot work in this folder: another run has just begun');
  return new LockHeld(
    `cannot work in this folder: ingress-tls ${holder.command} is running in it (process ${holder.pid} on ${holder.host}, since ${holder.since})`,
    { remedy: `Wait until it has ended. If ${holder.host} is gone or the process is not ours, remove ${lockPath}.` },
  );
}

/** Makes the lock file; false when there is one already. */
function create(path: string, holder: Holder): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'wx', 0o644);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    if (systemCode(error) !== 'ENOENT') throw fileFailure('cannot lock the project folder', error);
    // A run that just ended removed the empty folder.
    makeFolder(dirname(path));
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
  try {
    const text = readFileSync(path, 'utf8');
    const { ino, mtimeMs } = statSync(path);
    const identity = createHash('sha256').update(`${ino} ${mtimeMs} ${text}`).digest('hex').slice(0, 16);
    return { holder: parseHolder(text), changedAt: mtimeMs, identity };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileFailure(`cannot read ${lockPath}`, error);
  }
}

/** What stands in the file is shown to a person: control characters and overlong text make it garbled. */
function parseHolder(text: string): Holder | undefined {
  if (text.length > 4096) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isHolder(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, host, since, command, token, startTicks } = value as Record<keyof Holder, unknown>;
  return (
    typeof pid === 'number' &&
    Number.isSafeInteger(pid) &&
    pid > 0 &&
    [host, since, command, token].every((text) => typeof text === 'string' && /^[^\p{Cc}]+$/u.test(text)) &&
    (startTicks === undefined || typeof startTicks === 'string')
  );
}

function giveBack(path: string, holder: Holder): void {
  try {
    if (read(path)?.holder?.token === holder.token) unlinkSync(path);
  } catch {
    // A lock that stays behind is stale as soon as this process ends.
  }
}

function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw fileFailure('cannot lock the project folder', error);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Not empty: the run recorded something in it.
  }
}
