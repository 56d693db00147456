import { readdirSync, readFileSync } from 'node:fs';
import type { Run } from './project.ts';

/** Kills a run as soon as `isMoment`, which is asked all the time; with `tools`, every kubectl and helm of it as well. */
export async function killAt(
  run: Run,
  isMoment: () => boolean,
  { tools }: { readonly tools: boolean },
): Promise<{ readonly wasRunning: boolean; readonly stderr: string }> {
  const watcher = { isOver: false };
  const ended = run.ended.then((result) => {
    watcher.isOver = true;
    return result;
  });
  while (!watcher.isOver && !isMoment()) await new Promise((resolve) => setTimeout(resolve, 1));
  const wasRunning = !watcher.isOver;
  const children = tools ? listChildren(run.pid) : [];
  run.kill('SIGKILL');
  for (const pid of children) kill(pid);
  const { stderr } = await ended;
  return { wasRunning, stderr };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/** Of /proc/<pid>/stat the fourth field is the parent (proc_pid_stat(5)). */
function listChildren(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
}
