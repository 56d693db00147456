import { interleave } from '../measure.js';
import { compare, judge, milliseconds } from '../table.js';
import { names, releaseOf } from './cluster.js';
import { applyCommand } from './project.js';

const mostBeyond = 2000;

/** One of many services changed: apply, against the one helm call that it takes, which upgrades the same chart by the same change. */
export function benchOneChanged(bench, project, count) {
  let round = 0;
  const upgrade = [bench.tools.helm, 'upgrade', releaseOf(0), 'charts/svc0', '--namespace', names.rivalNamespace];
  const [ours, helm] = interleave(5, 1, [
    () => {
      round += 1;
      project.write(count, round);
      return bench.time(applyCommand(bench), project.folder);
    },
    () => bench.time(upgrade, project.folder),
  ]);
  const what = `one changed of ${count}, apply : helm upgrade of it alone`;
  return [
    compare({ what, ours, other: helm, print: milliseconds }),
    judge({
      what: '  what apply takes beyond it',
      values: ours.map((value, index) => value - helm[index]),
      print: milliseconds,
      aim: mostBeyond,
    }),
  ];
}
