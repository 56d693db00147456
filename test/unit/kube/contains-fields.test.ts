import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsFields } from '../../../src/kube/contains-fields.ts';

describe('containsFields', () => {
  it.each([
    ['more fields than wanted', { a: 1, b: { c: 2, d: 3 } }, { b: { c: 2 } }, true],
    ['another value', { a: 1 }, { a: 2 }, false],
    ['a missing field', { a: 1 }, { b: 1 }, false],
    ['text for a number', { port: '80' }, { port: 80 }, false],
    ['defaults in an item of a list', { ports: [{ port: 80, protocol: 'TCP' }] }, { ports: [{ port: 80 }] }, true],
    ['another item in a list', { hosts: ['a', 'b'] }, { hosts: ['a'] }, false],
    [
      'an annotation that is gone',
      { metadata: { annotations: {} } },
      { metadata: { annotations: { x: 'true' } } },
      false,
    ],
    ['an empty map that the server leaves out', {}, { annotations: {} }, true],
    ['annotations of others where none is wanted', { annotations: { x: 'y' } }, { annotations: {} }, true],
    ['an empty text that the server leaves out', { env: [{ name: 'A' }] }, { env: [{ name: 'A', value: '' }] }, true],
    ['a value where nothing is wanted', { annotations: { x: 'y' } }, { annotations: null }, false],
    ['no object at all', undefined, { a: 1 }, false],
  ])('says of %s', (_, live, wanted, expected) => {
    expect(containsFields(live, wanted)).toBe(expected);
  });

  it('holds for any object and itself, and no longer when a field of it is taken away', () => {
    const value = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,5}$/),
      fc.oneof(fc.integer(), fc.boolean(), fc.array(fc.integer(), { minLength: 1 })),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(value, (object) => {
        expect(containsFields({ ...object, added: 1 }, object)).toBe(true);
        const [first = ''] = Object.keys(object);
        expect(
          containsFields(Object.fromEntries(Object.entries(object).filter(([key]) => key !== first)), object),
        ).toBe(false);
      }),
    );
  });
});
