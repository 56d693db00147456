import { readFileSync } from 'node:fs';
import { kill } from 'node:process';
import { systemCode } from './file-failure.ts';

/** A process that runs now. */
export interface RunningProcess {
  /** When it started, in clock ticks since boot; tells two processes with the same pid apart. Linux only. */
  readonly startTicks?: string;
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
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2 is the program's name in parentheses and may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    const startTicks = fields[19];
    return state === undefined || startTicks === undefined ? undefined : { state, startTicks };
  } catch {
    return undefined;
  }
}
