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
  `k${'x'.repeat(1100)}`,
];

describe('printYamlValue', () => {
  it('prints maps in the same bytes as the package', () => {
    const text = fc.oneof(
      fc.constantFrom(...words),
      fc.string({
        unit: fc.constantFrom('a', 'Y', 'n', 'o', 'e', '.', '-', '/', '_', '+', '=', ':', '#', ' ', '1'),
        maxLength: 6,
      }),
    );
    // A key that is a whole number would move to the front of an object.
    const key = text.filter((name) => !/^\d+$/.test(name) && name !== '<<');
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.constantFrom(1, true, null, []),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 4 }), (map) => {
        expect(printYamlValue(map)).toBe(stringify(map, options));
      }),
      { numRuns: 2000 },
    );
  });
});
