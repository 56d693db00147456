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

/** Tiers that run side by side, one group after another. */
const groups: readonly (readonly TestProjectInlineConfiguration[])[] = [
  // Its `build` leaves what the later ones run.
  [tier('static', slow)],
  // What computes, and beside it the file that has the cluster for itself.
  [tier('unit'), tier('cli'), tier('examples'), tier('real'), tier('package', slow), tier('cluster', { ...slow, include: [wholeCluster] })].map((each) => limit(each, workers)),
  // These wait as well. The API server is one for all, so that more workers than this gain little.
  [limit(tier('cluster-apart', { ...slow, include: ['test/cluster/*.test.ts'], exclude: [...configDefaults.exclude, wholeCluster] }), 4)],
];

function tier(name: string, options: TestProjectInlineConfiguration['test'] = {}): TestProjectInlineConfiguration {
  return {
    define: { TOOL_VERSION: JSON.stringify('0.0.0-test') },
    test: { name, include: [`test/${name}/**/*.test.ts`], exclude: [...configDefaults.exclude], setupFiles: ['test/support/isolate.ts'], testTimeout: 180_000, hookTimeout: 300_000, ...options },
  };
}

function limit(project: TestProjectInlineConfiguration, maxWorkers: number): TestProjectInlineConfiguration {
  return { ...project, test: { ...project.test, maxWorkers } };
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.js'],
    projects: groups.flatMap((group, groupOrder) => group.map((project) => ({ ...project, test: { ...project.test, sequence: { groupOrder } } }))),
    sequence: { sequencer: LongestFirst },
    reporters: [['default', { summary: false }], new TierReporter()],
  },
});
