import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { printYamlValue } from '../../../src/kube/yaml.ts';

const options = { compat: 'yaml-1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;
const words = [
  'on',
  'Yes',
  'n',
  'null',
  'NULL',
  'true',
  'nan',
  'e1',
  'x=',
  'a:b',
  'a b',
  'a#',
  '1:30',
  '0x1f',
  '-',
  '',
  '~',
  '<<',
  '=',
  '.inf',
  'a\nb',
  'tls.crt',
  'LS0tLS1CRUdJTiB/+w==',
  '100m',
  '90Mi',
  '1e3',
  '1_000',
  '127.0.0.1/32',
  '1.2.3.4',
  '2001-01-01',
  '--x',
  '---',
  '--- a',
  '--$(A)/b',
  '/',
  '/a',
  'a: b',
  'a:',
  'a  b',
  'a #b',
  'no yes',
  'example.org/a:v1@sha256:0f',
  `k${'x'.repeat(1100)}`,
];

describe('printYamlValue', () => {
  it('prints maps and lists in the same bytes as the package', () => {
    const text = fc.oneof(
      fc.constantFrom(...words),
      fc.string({
        unit: fc.constantFrom(
          'a',
          'Y',
          'n',
          'o',
          'e',
          '.',
          '-',
          '/',
          '_',
          '+',
          '=',
          ':',
          '#',
          ' ',
          '1',
          'm',
          '@',
          '$',
          '(',
        ),
        maxLength: 6,
      }),
    );
    // A key that is a whole number would move to the front of an object.
    const key = text.filter((name) => !/^\d+$/.test(name) && name !== '<<');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.constantFrom<unknown>(1, 30_000, 0, -1, 1.5, 2 ** 60, true, false, null, undefined, [], {}),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.oneof(fc.dictionary(key, value, { maxKeys: 4 }), fc.array(value, { maxLength: 3 })), (members) => {
        expect(printYamlValue(members)).toBe(stringify(members, options));
      }),
      { numRuns: 3000 },
    );
  });
});
