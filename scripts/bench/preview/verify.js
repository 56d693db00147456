import { join } from 'node:path';
import { interleave } from '../measure.js';
import { createProject } from '../projects.js';
import { program } from '../run-process.js';
import { judge, milliseconds } from '../table.js';
import { startRunning } from './running.js';

const count = 100;

/** verify of a hundred services of all modes, against their preview. */
export async function benchVerify(bench) {
  const project = createProject(
    bench,
    Array.from({ length: count }, (_, index) => ['terminate', 'reencrypt', 'passthrough'][index % 3]),
  );
  bench.time([process.execPath, program, 'render'], project);
  const preview = await startRunning(bench, {
    command: [process.execPath, program, 'preview', '--port', '0', '--json'],
    cwd: project,
    said: join(bench.folder, 'verified-preview.log'),
    ready: /"event":"listening".*\n/,
  });
  try {
    const before = clientsOf(preview.said()).size;
    const runs = 3;
    const [times] = interleave(runs, 0, [() => bench.time([process.execPath, program, 'verify'], project)]);
    const connections = (clientsOf(preview.said()).size - before) / runs;
    return [
      judge({ what: `verify of ${count} services, time`, values: times, print: milliseconds, aim: 5000 }),
      judge({
        what: `verify of ${count} services, connections`,
        values: [connections],
        print: (value) => value.toFixed(0),
      }),
    ];
  } finally {
    await preview.end();
  }
}

/** Address and port of each connection in the access log. */
function clientsOf(log) {
  return new Set([...log.matchAll(/"client":"([^"]+)"/g)].map(([, client]) => client));
}
