import { readFileSync, writeFileSync } from 'node:fs';

/** Whether this system says what a running process uses; Linux does. */
export const canMeasureProcesses = process.platform === 'linux';

/** Milliseconds for which processors have worked for processes, in steps of ten: all threads, children left out. */
export function processorTime(pids) {
  return sum(pids, (pid) => {
    // Behind the name, which may hold anything: fields 14 and 15 (proc_pid_stat(5)), in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  });
}

/** Resident memory of processes in bytes, at this moment. */
export function residentMemory(pids) {
  return sum(pids, (pid) => readStatus(pid, 'VmRSS'));
}

/** The most that it was since `forgetPeak`. */
export function peakMemory(pids) {
  return sum(pids, (pid) => readStatus(pid, 'VmHWM'));
}

/** From here on the peak counts anew (proc_pid_clear_refs(5)). */
export function forgetPeak(pids) {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The processes that a process has started itself. */
export function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function readStatus(pid, name) {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

function sum(pids, measure) {
  return pids.reduce((total, pid) => total + measure(pid), 0);
}
