import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { interleave } from './measure.js';
import { createProject } from './projects.js';
import { program } from './run-process.js';
import { compare, judge, mebibytes, milliseconds, skip } from './table.js';

const mostMemory = 150 * 1024 * 1024;
/** Milliseconds for a render that finds a thousand services of all modes unchanged. */
const mostForUnchanged = 2000;

/**
 * A thousand services rendered at once: the price of one, whether it stays the same as they become more, and the memory.
 * Most are of mode terminate, for which no certificate is made: `helm create` makes none either.
 */
export function benchManyServices(bench) {
  const { tools } = bench;
  const terminate = (count) => () =>
    renderTwice(
      bench,
      Array.from({ length: count }, () => 'terminate'),
    );
  const [disk, helm, none, ten, hundred, thousand] = interleave(5, 1, [
    () => timeFile(bench),
    () => (tools.helm === undefined ? Number.NaN : timeHelmCreate(bench)),
    ...[0, 10, 100, 1000].map(terminate),
  ]);
  const [mixed] = interleave(3, 0, [
    () =>
      renderTwice(
        bench,
        Array.from({ length: 1000 }, (_, index) => ['terminate', 'reencrypt', 'passthrough'][index % 3]),
      ),
  ]);

  const againstHelm = (which, aim) => {
    const what = `1,000 services, one of them in ${which} render : helm create`;
    if (tools.helm === undefined) return skip(what, 'no helm');
    return compare({
      what,
      ours: thousand.map((runs) => runs[which].milliseconds / 1000),
      other: helm,
      print: milliseconds,
      aim,
    });
  };
  const beyondStart = (runs, count) =>
    runs.map(({ first }, round) => (first.milliseconds - none[round].first.milliseconds) / count);
  const eachAgainst = (count, runs) =>
    compare({
      what: `1,000 services, one of them : one of ${count}, less start-up`,
      ours: beyondStart(thousand, 1000),
      other: beyondStart(runs, count),
      print: milliseconds,
      aim: 1.3,
    });
  const peaks = (what, runs) =>
    ['first', 'second'].map((which) =>
      judge({
        what: `${what}, ${which} render, memory`,
        values: runs.map((pair) => pair[which].peak),
        print: mebibytes,
        aim: mostMemory,
      }),
    );
  const mixedTimes = [['first'], ['second', mostForUnchanged]].map(([which, aim]) =>
    judge({
      what: `1,000 services of all modes, ${which} render, time`,
      values: mixed.map((pair) => pair[which].milliseconds),
      print: milliseconds,
      aim,
    }),
  );
  return [
    againstHelm('first', 1 / 35),
    againstHelm('second'),
    judge({ what: 'the disk alone: one file made and renamed', values: disk, print: milliseconds }),
    eachAgainst(100, hundred),
    eachAgainst(10, ten),
    ...peaks('1,000 services', thousand),
    ...mixedTimes,
    ...peaks('1,000 services of all modes', mixed),
  ];
}

/** The first render of a fresh project, and the second, which finds everything unchanged. */
function renderTwice(bench, modes) {
  const project = createProject(bench, modes);
  const render = () => bench.watch([process.execPath, program, 'render'], project);
  return { first: render(), second: render() };
}

/** What the disk takes for a file; fifteen of them are a chart. */
function timeFile({ folder }) {
  const files = mkdtempSync(join(folder, 'files-'));
  const count = 300;
  const start = performance.now();
  for (let number = 0; number < count; number += 1) {
    writeFileSync(join(files, `${number}.tmp`), 'x'.repeat(2500));
    renameSync(join(files, `${number}.tmp`), join(files, `${number}`));
  }
  return (performance.now() - start) / count;
}

/** The mean of a few, because one is over quickly. */
function timeHelmCreate({ time, tools, folder }) {
  const charts = mkdtempSync(join(folder, 'helm-create-'));
  const times = [1, 2, 3, 4, 5].map((number) => time([tools.helm, 'create', join(charts, `svc${number}`)]));
  return times.reduce((sum, value) => sum + value) / times.length;
}
