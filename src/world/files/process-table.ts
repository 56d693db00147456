import { readFileSync, readlinkSync } from 'node:fs';
import { kill, pid as ownPid } from 'node:process';
import { systemCode } from './file-failure.ts';

/** A process that runs now. */
export interface RunningProcess {
  /** When it started, in clock ticks since boot; tells two processes with the same pid apart. Linux only. */
  readonly startTicks?: string;
}

/** Where process numbers mean the same processes. Linux only: elsewhere nothing is known. */
export interface ProcessSpace {
  /** Of the running kernel: another one after each boot, the same in all containers of a machine (random(4)). */
  readonly bootId?: string;
  /** Containers have one each; no other that lives has the same (pid_namespaces(7)). */
  readonly pidNamespace?: string;
}

/** The space in which `findProcess` looks. */
export function readProcessSpace(): ProcessSpace {
  const bootId = unlessMissing(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const pidNamespace = unlessMissing(() => readlinkSync('/proc/self/ns/pid'));
  return { ...(bootId !== undefined && { bootId }), ...(pidNamespace !== undefined && { pidNamespace }) };
}

/** When the kernel was started, in milliseconds since 1970 (proc_stat(5), btime). */
export function readBootTime(): number | undefined {
  const [, seconds] = /^btime (\d+)$/m.exec(unlessMissing(() => readFileSync('/proc/stat', 'utf8')) ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function unlessMissing(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * Looks a process of this machine up.
 * @returns undefined when there is none with this pid, or only its zombie (a container without an init keeps those).
 */
export function findProcess(pid: number): RunningProcess | undefined {
  const stat = readStat(pid);
  if (stat !== undefined) {
    return stat.state === 'Z' || stat.state === 'X' ? undefined : { startTicks: stat.startTicks };
  }
  try {
    kill(pid, 0);
    return {};
  } catch (error) {
    // EPERM: it runs, as another user.
    return systemCode(error) === 'EPERM' ? {} : undefined;
  }
}

/** Reads /proc/<pid>/stat: field 3 is the state, field 22 the start time (proc_pid_stat(5)). */
function readStat(pid: number): { readonly state: string; readonly startTicks: string } | undefined {
  // A /proc of another namespace, as `unshare --pid` leaves one, numbers the processes in another way.
  if (unlessMissing(() => readlinkSync('/proc/self')) !== String(ownPid)) return undefined;
  const text = unlessMissing(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (text === undefined) return undefined;
  // Field 2 is the program's name in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = fields[19];
  return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
}
