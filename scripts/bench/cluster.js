// Measures apply on a real cluster, the one of KUBECONFIG, against a shell loop of helm and against helmfile, as ratios.
// `--full` sets them against each other with the most services too, which takes an hour; `--fresh=5 --counts=5,10,20`
// measures with other numbers of services. A benchmark is no assertion: an aim that was missed stands in the table and fails nothing.
// Everything is called icbench or lies in the namespaces bench-svc, bench-ctl and bench-loop, and is removed at the end.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { locateTools } from '../test-tools/locate.js';
import { clearLeftovers, makeRivalNamespace, openCluster, removeAll } from './cluster/cluster.js';
import { benchFirstInstall } from './cluster/first-install.js';
import { provideHelmfile } from './cluster/helmfile-tools.js';
import { benchMemory, bringUp, benchNothingToDo, compareGrowth } from './cluster/nothing-to-do.js';
import { benchOneChanged } from './cluster/one-changed.js';
import { createClusterProject } from './cluster/project.js';
import { createRivals } from './cluster/rivals.js';
import { createRunner } from './run-process.js';
import { formatTable } from './table.js';

const options = {
  full: { type: 'boolean', default: false },
  counts: { type: 'string', default: '10,100,500' },
  fresh: { type: 'string', default: '50' },
};
const { values: asked } = parseArgs({ options });
const [few, many, most] = asked.counts.split(',').map(Number);
const atOnce = Number(asked.fresh);
if (![few, many, most, atOnce].every((count) => Number.isInteger(count) && count > 0))
  throw new Error('--counts wants three numbers of services, --fresh one');

const legend = `Medians; the ratio is that of each round, and so is the noise: half the range of the middle half of the rounds.
The charts are the same for all, with 0 replicas. helmfile runs as many helm side by side as is twice the processors.`;

const tools = locateTools();
const missing = ['kubectl', 'helm'].filter((tool) => tools[tool] === undefined);
const cache = fileURLToPath(new URL('../../.cache', import.meta.url));
mkdirSync(cache, { recursive: true });
const prefix = 'bench-cluster-';
// A killed run left its folder, with a kubeconfig in it; what it had started may still write there.
for (const name of readdirSync(cache).filter((each) => each.startsWith(prefix)))
  rmSync(join(cache, name), { recursive: true, force: true, maxRetries: 5 });
const folder = mkdtempSync(join(cache, prefix));
try {
  const opened = missing.length > 0 ? { refusal: `no ${missing.join(', ')}` } : openCluster(tools, folder);
  if (opened.refusal !== undefined) console.log(`skipped: ${opened.refusal}`);
  else await measure(opened);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure({ kubeconfig, version }) {
  // apply takes both from PATH, and the others should take the same.
  process.env.PATH = [dirname(tools.helm), dirname(tools.kubectl), process.env.PATH].join(delimiter);
  const runner = createRunner(folder);
  const time = (command, cwd, more = {}) => runner.time(command, cwd, { KUBECONFIG: kubeconfig, ...more });
  const bench = { ...runner, time, folder, tools, kubeconfig };
  // With a listener, Ctrl-C ends what runs at the moment and not this program, which has the cluster to clean up.
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (isStopped = true));
  const begin = async (what) => {
    // A listener is called between two turns only, and all measuring is one turn.
    await setImmediate();
    if (isStopped) throw new Error('stopped');
    console.log(`measuring ${what}`);
  };
  clearLeftovers(bench);
  const helmfile = await provideHelmfile();
  console.log(`node ${process.version}, ${availableParallelism()} processors, load ${loadavg()[0].toFixed(1)}`);
  console.log(`Kubernetes ${version.kubernetes}, helm ${version.helm}`);
  const rows = [];
  const projects = ['fresh', 'growing'].map(() => createClusterProject(bench));
  try {
    makeRivalNamespace(bench);
    const [fresh, growing] = projects;
    await begin('a first install');
    rows.push(...benchFirstInstall(bench, fresh, atOnce));
    const rivals = createRivals(bench, growing, helmfile);
    const series = [];
    for (const [count, against, aim] of [
      [few, rivals],
      [many, rivals, 1 / 50],
      [most, asked.full ? rivals : []],
    ]) {
      await begin(`${count} services with nothing to do`);
      const installing = bringUp(bench, growing, count);
      const measured = benchNothingToDo(bench, { project: growing, count, rivals: against, aim });
      rows.push(...measured.rows);
      series.push({ count, installing, alone: measured.alone });
      if (count !== many) continue;
      await begin('one changed');
      rows.push(...benchOneChanged(bench, growing, count));
    }
    await begin('memory');
    rows.push(compareGrowth(series[1], series[2], 3), ...benchMemory(bench, growing, series[2]));
  } finally {
    // What was measured before a failure was measured.
    if (rows.length > 0) console.log(`\n${formatTable(rows).join('\n')}\n\n${legend}`);
    console.log('removing everything from the cluster');
    removeAll(bench, projects);
  }
}
