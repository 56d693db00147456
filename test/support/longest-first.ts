import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longer than others of their group, the longest first: begun last, they would be waited for alone. */
const longest = [
  'test/cluster/whole-cluster.test.ts',
  'test/cli/verify-deep.test.ts',
  'test/cli/apply-incremental.test.ts',
  'test/cli/verify-faults.test.ts',
  'test/examples/demo.test.ts',
  'test/package/package.test.ts',
  'test/cluster/engine-killed.test.ts',
  'test/cluster/engine-helm-3.test.ts',
  'test/cluster/engine-incremental.test.ts',
  'test/cluster/engine-restart.test.ts',
];

/** Vitest's own order, after what is known to be long; on a clean clone vitest knows no durations. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const place = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
      return place === -1 ? longest.length : place;
    };
    const sorted = await super.sort(files);
    // Groups are made of it afterwards: what stands before another group's files does not run before them.
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
