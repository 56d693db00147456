import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';
import { addModule, counts, newTally, total, type TierTally } from './tier-tally.ts';

/** Prints what each tier came to and why tests were skipped; the last line is the sum, alone: `N passed, N failed`. */
export class TierReporter implements Reporter {
  private tiers: readonly string[] = [];

  onInit(vitest: Vitest): void {
    this.tiers = vitest.projects.map((project) => project.name);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const tallies = new Map<string, TierTally>();
    for (const module of modules) {
      const tier = module.project.name;
      tallies.set(tier, addModule(tallies.get(tier) ?? newTally(), module));
    }
    // Errors that belong to no test make vitest exit with 1, so the sum must not say that nothing failed.
    if (unhandledErrors.length > 0) tallies.set('outside', { ...newTally(), failed: unhandledErrors.length });

    const names = [...new Set([...this.tiers, ...tallies.keys()])];
    const width = Math.max(...names.map((name) => name.length));
    for (const name of names) {
      const tally = tallies.get(name);
      print(`${name.padEnd(width)}  ${tally === undefined ? 'not run' : counts(tally)}`);
      for (const [reason, tests] of tally?.skipped ?? []) print(`${' '.repeat(width)}  skipped ${tests}: ${reason}`);
    }
    print(`\n${counts(total(tallies.values()))}`);
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
