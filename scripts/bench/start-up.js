import { interleave } from './measure.js';
import { createProject } from './projects.js';
import { program } from './run-process.js';
import { compare, mebibytes, milliseconds } from './table.js';

const commands = [
  { args: ['--version'], aim: { time: 1.25, memory: 1.3 } },
  { args: ['--help'], aim: {} },
  { args: ['list'], aim: { time: 4 } },
  // No key is made: the wildcard certificate is there.
  {
    args: ['add-service', 'another', '--mode', 'terminate', '--no-input'],
    undo: ['remove-service', 'another'],
    aim: { time: 6 },
  },
];

/** Start-up of the program against that of node itself. */
export function benchStartUp(bench) {
  const { time, watch } = bench;
  const project = createProject(bench, ['terminate', 'reencrypt', 'passthrough']);
  time([process.execPath, program, 'render'], project);
  const lines = [
    { line: [process.execPath, '-e', '0'] },
    ...commands.map(({ args, undo }) => ({ line: [process.execPath, program, ...args], undo })),
  ];
  const measureAll = (measure) =>
    lines.map(({ line, undo }) => () => {
      const value = measure(line);
      if (undo !== undefined) time([process.execPath, program, ...undo], project);
      return value;
    });
  const [bareTimes, ...times] = interleave(
    25,
    3,
    measureAll((line) => time(line, project)),
  );
  const [barePeaks, ...peaks] = interleave(
    5,
    1,
    measureAll((line) => watch(line, project).peak),
  );
  return commands.flatMap(({ args, aim }, index) => {
    const what = `ingress-tls ${args[0]} : node -e 0`;
    return [
      compare({ what: `${what}, time`, ours: times[index], other: bareTimes, print: milliseconds, aim: aim.time }),
      compare({ what: `${what}, memory`, ours: peaks[index], other: barePeaks, print: mebibytes, aim: aim.memory }),
    ];
  });
}
