import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/** The built program, as a user starts it. */
export const program = fileURLToPath(new URL('../../bin/ingress-tls.js', import.meta.url));

/**
 * Makes the functions that run programs, in an environment in which nothing of the person's configuration is found.
 *
 * `time(command, cwd)` returns the wall time of the whole process in milliseconds. `watch(command, cwd)` is for node
 * programs: `{ milliseconds, peak }`, the peak of resident memory in bytes. Both throw when the program fails.
 * `start(command, cwd, output)` leaves it running: a child process whose stdout and stderr go to a descriptor.
 */
export function createRunner(folder) {
  const theirs = /^(HELM|KUBE|KUBECTL|XDG|NODE)_|^(KUBECONFIG|NO_COLOR|FORCE_COLOR)$/;
  const kept = Object.entries(process.env).filter(([name]) => !theirs.test(name));
  const environment = { ...Object.fromEntries(kept), HOME: folder, KUBECONFIG: join(folder, 'no-such-kubeconfig') };
  const report = join(folder, 'peak-memory');
  const hook = writePeakMemoryHook(folder);

  const time = ([file, ...args], cwd = folder, more = {}) => {
    const start = performance.now();
    const result = spawnSync(file, args, {
      cwd,
      env: { ...environment, ...more },
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    const milliseconds = performance.now() - start;
    if (result.error) throw result.error;
    if (result.status !== 0) throw new Error(`${[file, ...args].join(' ')} failed: ${result.stderr}`);
    return milliseconds;
  };
  return {
    time,
    start: ([file, ...args], cwd, output) =>
      spawn(file, args, { cwd, env: environment, stdio: ['ignore', output, output] }),
    watch(command, cwd) {
      const milliseconds = time(command, cwd, { NODE_OPTIONS: `--require=${hook}`, PEAK_MEMORY_REPORT: report });
      return { milliseconds, peak: Number(readFileSync(report, 'utf8')) };
    },
  };
}

/**
 * The hook is CommonJS, which node loads without its loader of ES modules, so that it weighs on neither side. Linux counts
 * the memory of the process that forked into the child's maxRSS (linux@6.18:fs/exec.c, exec_mmap calls
 * setmax_mm_hiwater_rss): the peak of the child alone is VmHWM.
 */
function writePeakMemoryHook(folder) {
  const path = join(folder, 'peak-memory-hook.cjs');
  writeFileSync(
    path,
    `const { readFileSync, writeFileSync } = require('node:fs');
process.on('exit', () => {
  let kibibytes;
  try { kibibytes = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]; }
  catch { kibibytes = process.resourceUsage().maxRSS; }
  writeFileSync(process.env.PEAK_MEMORY_REPORT, String(kibibytes * 1024));
});
`,
  );
  return path;
}
