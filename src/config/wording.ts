// The words in which this room speaks of the file; others use them too.
export { alternatives } from '../text/alternatives.ts';
export { formatPath } from '../text/path.ts';
export type { Path } from '../text/path.ts';
