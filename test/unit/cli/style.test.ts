import { describe, expect, it } from 'vitest';
import { wantsColor } from '../../../src/cli/output/style.ts';

describe('colours', () => {
  it.each<readonly [environment: Readonly<Record<string, string>>, atTerminal: boolean, inPipe: boolean]>([
    [{}, true, false],
    [{ TERM: 'dumb' }, false, false],
    [{ NO_COLOR: '1' }, false, false],
    // no-color.org: when it is not an empty string.
    [{ NO_COLOR: '' }, true, false],
    [{ FORCE_COLOR: '1' }, true, true],
    [{ FORCE_COLOR: '3' }, true, true],
    [{ FORCE_COLOR: 'true' }, true, true],
    [{ FORCE_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1', TERM: 'dumb' }, true, true],
    [{ FORCE_COLOR: '0' }, false, false],
    [{ FORCE_COLOR: 'false' }, false, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, false],
  ])('with %j: at a terminal %s, in a pipe %s', (environment, atTerminal, inPipe) => {
    expect([wantsColor({ isTTY: true }, environment, true), wantsColor({ isTTY: false }, environment, true)]).toEqual([
      atTerminal,
      inPipe,
    ]);
    expect(wantsColor({ isTTY: true }, environment, false)).toBe(false);
  });
});
