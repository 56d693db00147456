import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
const sample = fileURLToPath(new URL('../../support/reporter-sample/vitest.config.ts', import.meta.url));

it('counts every kind of failure, tells why tests were skipped, and ends with the sum', () => {
  const { stdout, status } = spawnSync(process.execPath, [vitest, 'run', '--config', sample], { encoding: 'utf8' });

  expect(status).toBe(1);
  expect(stdout).toBe(
    [
      'first    1 passed, 2 failed, 4 skipped',
      '         skipped 1: a note',
      '         skipped 2: no such tool',
      '         skipped 1: what comes before it failed',
      'second   1 passed, 1 failed',
      'empty    not run',
      'outside  0 passed, 1 failed',
      '',
      '2 passed, 4 failed, 4 skipped',
      '',
    ].join('\n'),
  );
});
