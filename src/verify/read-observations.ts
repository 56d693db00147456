import { InternalError } from '../errors.ts';
import type { See } from './finding.ts';
import type { Observations } from './subject.ts';

/** Finds what a probe saw; the function throws InternalError for a probe that was not made. */
export function readFrom(seen: Observations): See {
  return ({ id }) => {
    const observation = seen.get(id);
    if (observation === undefined) throw new InternalError(`verify judges the connection ${id}, which was not made`);
    return observation;
  };
}
