import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { createStagedCharts } from '../../../src/world/helm/chart-folder.ts';

it('keeps charts in a private folder of its own until they are removed', () => {
  const staged = createStagedCharts();
  try {
    const one = staged.stage(
      'svc7',
      new Map([
        ['Chart.yaml', 'name: svc7\n'],
        ['templates/a.yaml', 'a: 1\n'],
      ]),
    );
    const other = staged.stage('svc8', new Map([['Chart.yaml', 'name: svc8\n']]));
    expect(readFileSync(join(one, 'templates/a.yaml'), 'utf8')).toBe('a: 1\n');
    expect(dirname(one)).toBe(dirname(other));
    expect(statSync(dirname(one)).mode & 0o777).toBe(0o700);
    staged.remove();
    expect(existsSync(dirname(one))).toBe(false);
  } finally {
    staged.remove();
  }
});
