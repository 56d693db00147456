import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';

/**
 * Returns a path that `make` has filled: once for a whole test run, as test files run in processes of their own. Two at once
 * both make it, and either result serves both.
 */
export function once(name: string, make: (path: string) => void): string {
  const place = join(inject('home'), 'made-once', name);
  if (existsSync(place)) return place;
  mkdirSync(dirname(place), { recursive: true });
  const work = mkdtempSync(join(inject('home'), 'being-made-'));
  try {
    const made = join(work, 'made');
    make(made);
    renameSync(made, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
  } finally {
    rmSync(work, { recursive: true });
  }
  return place;
}
