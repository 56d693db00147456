import { defineConfig } from 'vitest/config';
import { TierReporter } from '../tier-reporter.ts';

// A run in which everything goes wrong that a sum line could hide; tier-reporter.test.ts reads what it prints.
export default defineConfig({
  test: {
    projects: ['first', 'second', 'empty'].map((name) => ({
      test: { name, root: import.meta.dirname, include: [`${name}*.sample.ts`] },
    })),
    reporters: [new TierReporter()],
  },
});
