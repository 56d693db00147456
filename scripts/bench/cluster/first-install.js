import { interleave } from '../measure.js';
import { compare, milliseconds } from '../table.js';
import { names, uninstall } from './cluster.js';
import { applyCommand } from './project.js';
import { loopName, runLoop } from './rivals.js';

/** Services that were never there, with the controller up already: apply against the loop. Leaves none of them. */
export function benchFirstInstall(bench, project, count) {
  project.write(0);
  bench.time(applyCommand(bench), project.folder);
  project.write(count);
  const [ours, loop] = interleave(3, 0, [
    () => andUninstall(bench, names.serviceNamespace, count, () => bench.time(applyCommand(bench), project.folder)),
    () => andUninstall(bench, names.rivalNamespace, count, () => runLoop(bench, project, count)),
  ]);
  return [
    compare({
      what: `first install of ${count} services, apply : ${loopName}`,
      ours,
      other: loop,
      print: milliseconds,
      aim: 0.5,
    }),
  ];
}

function andUninstall(bench, namespace, count, measure) {
  const result = measure();
  uninstall(bench, namespace, count);
  return result;
}
