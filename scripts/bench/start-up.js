import { interleave } from './measure.js';
import { createProject } from './projects.js';
import { program } from './run-process.js';
import { compare, mebibytes, milliseconds } from './table.js';

const commands = [
  { args: ['--version'], aim: { time: 1.25, memory: 1.3 } },
  { args: ['--help'], aim: {} },
  { args: ['list'], aim: {} },
];

/** Start-up of the program against that of node itself. */
export function benchStartUp(bench) {
  const { time, watch } = bench;
  const project = createProject(bench, ['terminate', 'reencrypt', 'passthrough']);
  time([process.execPath, program, 'render'], project);
  const lines = [[process.execPath, '-e', '0'], ...commands.map(({ args }) => [process.execPath, program, ...args])];
  const [bareTimes, ...times] = interleave(25, 3, lines.map((line) => () => time(line, project)));
  const [barePeaks, ...peaks] = interleave(5, 1, lines.map((line) => () => watch(line, project).peak));
  return commands.flatMap(({ args, aim }, index) => {
    const what = `ingress-tls ${args[0]} : node -e 0`;
    return [
      compare({ what: `${what}, time`, ours: times[index], other: bareTimes, print: milliseconds, aim: aim.time }),
      compare({ what: `${what}, memory`, ours: peaks[index], other: barePeaks, print: mebibytes, aim: aim.memory }),
    ];
  });
}
