import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/cli/options.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90],
    ['5m', 300],
    ['1h', 3600],
    ['1h30m', 5400],
    ['1h0m5s', 3605],
    ['2m30s', 150],
    ['1h5s', 3605],
    ['24h', 86_400],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '0s', '0h0m0s', '5', 'm', '30m1h', '1m1m', '1.5h', '-1h', '24h1s', '1d', '1h 30m', ' 1h', '9999999s'])(
    '%j is refused',
    (text) => {
      expect(() => parseDuration(text)).toThrow(/Expected/);
    },
  );
});
