import { interleave, median } from '../measure.js';
import { compare, judge, mebibytes, milliseconds, skip } from '../table.js';
import { applyCommand } from './project.js';

const mostMemory = 150 * 1024 * 1024;
/** From here on the others take minutes, and one round has to do. */
const manyServices = 50;

/** Lets the project have so many services and applies it; returns `{ milliseconds, peak }`. */
export function bringUp(bench, project, count) {
  project.write(count);
  return watchApply(bench, project);
}

/**
 * apply with nothing to do, alone in five rounds, then in turn with each rival, who gets the same services. Returns
 * `{ alone, rows }`: milliseconds, and the rows of the table.
 */
export function benchNothingToDo(bench, { project, count, rivals, aim }) {
  const apply = () => bench.time(applyCommand(bench), project.folder);
  const [alone] = interleave(5, 1, [apply]);
  const rounds = count < manyServices ? 3 : 1;
  const rows = rivals.map(({ name, refusal, run }, index) => {
    const what = `nothing to do, ${count} services, apply : ${name}`;
    if (refusal !== undefined) return skip(what, refusal);
    try {
      // The first of them installs.
      if (index === 0) run(count);
      const [ours, other] = interleave(rounds, 0, [() => median([apply(), apply(), apply()]), () => run(count)]);
      return compare({ what, ours, other, print: milliseconds, aim });
    } catch (error) {
      if (index === 0) throw error;
      return skip(what, error.message.trim().split('\n').at(-1));
    }
  });
  return { alone, rows };
}

/** How the time with nothing to do grows with the number of services. */
export function compareGrowth(less, more, aim) {
  return compare({
    what: `nothing to do, apply, ${more.count} services : ${less.count}`,
    ours: more.alone,
    other: less.alone,
    print: milliseconds,
    aim,
  });
}

/** The peak of apply's own process; helm and kubectl are not counted. */
export function benchMemory(bench, project, { count, installing }) {
  const peaks = [1, 2, 3].map(() => watchApply(bench, project).peak);
  const row = (what, values) =>
    judge({ what: `memory of apply, ${count} services, ${what}`, values, print: mebibytes, aim: mostMemory });
  return [row('nothing to do', peaks), row('most of them new', [installing.peak])];
}

function watchApply(bench, project) {
  return bench.watch(applyCommand(bench), project.folder);
}
