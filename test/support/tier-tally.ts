import type { TestCase, TestModule, TestSuite } from 'vitest/node';
import './provided.ts';

/** What became of one tier's tests. */
export interface TierTally {
  passed: number;
  failed: number;
  /** Number of skipped tests by reason. */
  readonly skipped: Map<string, number>;
}

export function newTally(): TierTally {
  return { passed: 0, failed: 0, skipped: new Map() };
}

/** Adds one test file to the tally, and returns it. What failed outside of a test (loading the file, a hook) counts as one failure. */
export function addModule(tally: TierTally, module: TestModule): TierTally {
  for (const suite of [module, ...module.children.allSuites()]) {
    if (suite.errors().length > 0) tally.failed += 1;
  }
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') tally.passed += 1;
    else if (state === 'failed') tally.failed += 1;
    else addSkipped(tally, skipReason(test));
  }
  return tally;
}

/** Adds up what several tiers came to. */
export function total(tallies: Iterable<TierTally>): TierTally {
  const sum = newTally();
  for (const tally of tallies) {
    sum.passed += tally.passed;
    sum.failed += tally.failed;
    for (const [reason, tests] of tally.skipped) addSkipped(sum, reason, tests);
  }
  return sum;
}

/** Returns `N passed, N failed`, and `, N skipped` where some were. */
export function counts(tally: TierTally): string {
  const skipped = [...tally.skipped.values()].reduce((sum, tests) => sum + tests, 0);
  return `${tally.passed} passed, ${tally.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function addSkipped(tally: TierTally, reason: string, tests = 1): void {
  tally.skipped.set(reason, (tally.skipped.get(reason) ?? 0) + tests);
}

function skipReason(test: TestCase): string {
  const result = test.result();
  if (result.state === 'pending') return 'did not come to an end';
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  for (let task: TestCase | TestSuite | TestModule = test; ; task = task.parent) {
    const reason = task.meta().skipReason;
    if (reason !== undefined) return reason;
    if (task.type !== 'test' && task.errors().length > 0) return 'what comes before it failed';
    if (task.type === 'module') return 'no reason given';
  }
}
