import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { TierReporter } from './test/support/tier-reporter.ts';

// One tier after another, the cheapest first; `static` builds what `cli` and the later ones run.
const tiers = ['static', 'unit', 'cli', 'examples', 'real', 'package', 'cluster'];

const slow = { testTimeout: 600_000, hookTimeout: 600_000 };

function project(name: string, groupOrder: number): TestProjectInlineConfiguration {
  return {
    define: { TOOL_VERSION: JSON.stringify('0.0.0-test') },
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      exclude: [...configDefaults.exclude],
      setupFiles: ['test/support/isolate.ts'],
      sequence: { groupOrder },
      testTimeout: 60_000,
      hookTimeout: 300_000,
      ...(name === 'static' || name === 'package' ? slow : {}),
      // Its tests share one cluster.
      ...(name === 'cluster' ? { ...slow, fileParallelism: false } : {}),
    },
  };
}

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.js'],
    projects: tiers.map(project),
    reporters: [['default', { summary: false }], new TierReporter()],
  },
});
