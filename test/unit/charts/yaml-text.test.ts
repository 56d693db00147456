import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { printBlock } from '../../../src/charts/yaml-block.ts';
import { scalarText } from '../../../src/charts/yaml-text.ts';
import { yamlNode } from '../../../src/charts/yaml-value.ts';
import type { JsonValue } from '../../../src/model/json.ts';
import { hostileText } from '../../support/charts/hostile-text.ts';

const versions = ['1.1', '1.2'] as const;
const json = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    hostileText,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      hostileText.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value;

describe('scalarText', () => {
  it('is one line that every version of YAML reads as the same string', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(scalarText(text)).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
        for (const version of versions) expect(parse(`key: ${scalarText(text)}\n`, { version })).toEqual({ key: text });
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['no', 'Off', 'NULL', 'y', '0b1', '12:30:45', '50m', '2.11.9'])('quotes %s', (text) => {
    expect(scalarText(text)).toBe(`"${text}"`);
  });

  it.each(['ic3-svc8', 'kubernetes.io/metadata.name', 'https', 'nope'])('leaves %s bare', (text) => {
    expect(scalarText(text)).toBe(text);
  });

  it('replaces half a character, which UTF-8 cannot hold', () => {
    expect(scalarText('a\ud800')).toBe('"a\ufffd"');
  });
});

describe('printBlock', () => {
  it('reads back as the value, at any depth', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 0, max: 6 }), (value, indent) => {
        const text = `key:\n${printBlock(yamlNode(value), indent + 1)}\n`;
        for (const version of versions) expect(parse(text, { version, maxAliasCount: 0 })).toEqual({ key: value });
      }),
      { numRuns: 500 },
    );
  });
});
