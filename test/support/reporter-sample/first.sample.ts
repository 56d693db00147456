import { beforeAll, describe, expect, it } from 'vitest';
import { describeUnless } from '../describe-with.ts';

it('passes', () => {
  expect(1).toBe(1);
});

it('fails', () => {
  expect(1).toBe(2);
});

it('skips itself', (context) => {
  context.skip('a note');
});

describeUnless('no such tool', 'a tool', () => {
  it('would fail', () => {
    expect(1).toBe(2);
  });
  describe('inside', () => {
    it('would fail too', () => {
      expect(1).toBe(2);
    });
  });
});

describe('after a failed hook', () => {
  beforeAll(() => {
    throw new Error('the hook fails');
  });
  it('would pass', () => {
    expect(1).toBe(1);
  });
});
