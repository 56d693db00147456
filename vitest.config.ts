import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { clusterUnderTest } from './test/support/cluster.ts';
import { LongestFirst } from './test/support/longest-first.ts';
import { TierReporter } from './test/support/tier-reporter.ts';

// One core's worth of work for each worker, and one more that waits for pods most of the time. Vitest's own number leaves a core out.
const workers = availableParallelism() + (clusterUnderTest() === undefined ? 0 : 1);

const slow = { testTimeout: 600_000, hookTimeout: 600_000 };

// Of a cluster only this file looks at all of it; the others keep to namespaces, names and node ports of their own.
const wholeCluster = 'test/cluster/whole-cluster.test.ts';

const isolation = 'test/support/isolate.ts';

// A test that never comes to its `expect` fails. What `expect.poll` waits for comes in this time even on a busy machine.
const assertions = { requireAssertions: true, poll: { timeout: 50_000, interval: 10 } };
// Of tests that run at once in a file vitest counts the assertions together, and would miss those of the one that ends last.
const ofTestsSideBySide = { ...assertions, requireAssertions: false };

/** Tiers that run side by side, one group after another. */
const groups: readonly (readonly TestProjectInlineConfiguration[])[] = [
  // What is run after each edit. The `build` of the one leaves what the later groups run. The other computes, one process for many files:
  // one for each file would take twice as long. `vi.mock` has no place in it, for modules are loaded once.
  [
    tier('static', slow),
    tier('unit', { isolate: false, setupFiles: [isolation, 'test/support/this-process-alone.ts'] }),
  ],
  [
    // One module each: the first opens sockets, starts processes and waits, on this machine alone; the second asks real programs.
    ...[tier('system'), tier('tools')],
    // The whole program: its command line with stand-ins for tools, what the README says, and what real programs say of what it makes.
    ...[tier('cli', { expect: ofTestsSideBySide }), tier('examples'), tier('real'), tier('package', slow)],
    // And beside them the file that has the cluster for itself.
    tier('cluster', { ...slow, include: [wholeCluster] }),
  ],
  // These wait as well. The API server is one for all, so that more workers than this gain little.
  [
    tier('cluster-apart', {
      ...slow,
      include: ['test/cluster/*.test.ts'],
      exclude: [...configDefaults.exclude, wholeCluster],
      maxWorkers: 4,
    }),
  ],
];

function tier(name: string, options: TestProjectInlineConfiguration['test'] = {}): TestProjectInlineConfiguration {
  return {
    define: { TOOL_VERSION: JSON.stringify('0.0.0-test') },
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      exclude: [...configDefaults.exclude],
      setupFiles: [isolation],
      expect: assertions,
      testTimeout: 180_000,
      hookTimeout: 300_000,
      maxWorkers: workers,
      ...options,
    },
  };
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.js'],
    projects: groups.flatMap((group, groupOrder) =>
      group.map((project) => ({ ...project, test: { ...project.test, sequence: { groupOrder } } })),
    ),
    sequence: { sequencer: LongestFirst },
    reporters: [['default', { summary: false }], new TierReporter()],
  },
});
