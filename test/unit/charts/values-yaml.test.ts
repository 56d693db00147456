import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { valueTree, type ChartValueEntry } from '../../../src/charts/chart-value-entry.ts';
import { printValues } from '../../../src/charts/values-yaml.ts';
import { hostileText } from '../../support/charts/hostile-text.ts';

const value = fc.oneof(
  hostileText,
  fc.array(hostileText, { maxLength: 3 }),
  fc.dictionary(
    hostileText.filter((key) => key !== '__proto__'),
    hostileText,
    { maxKeys: 3 },
  ),
  fc.integer(),
  fc.boolean(),
);

function entry(path: string, content: ChartValueEntry['value'], comment = 'what it is for.'): ChartValueEntry {
  return { path, value: content, comment };
}

describe('printValues', () => {
  it('reads back as the values, whatever they and their comments hold', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(value, hostileText), { minLength: 3, maxLength: 3 }), (given) => {
        const [[a, b, c], comments] = [given.map(([content]) => content), given.map(([, comment]) => comment)] as [
          [ChartValueEntry['value'], ChartValueEntry['value'], ChartValueEntry['value']],
          string[],
        ];
        const text = printValues(
          valueTree([
            entry('a', a, comments[0]),
            entry('section.b', b, comments[1]),
            entry('section.deep.c', c, comments[2]),
          ]),
        );
        for (const version of ['1.1', '1.2'] as const) {
          const document = parseDocument(text, { version });
          expect(document.errors).toEqual([]);
          expect(document.toJS()).toEqual({ a, section: { b, deep: { c } } });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('begins each comment with the path of its value', () => {
    expect(printValues(valueTree([entry('image.tag', '1.2', 'tag of the image.'), entry('port', 80)]))).toBe(
      'image:\n  # image.tag: tag of the image.\n  tag: "1.2"\n\n# port: what it is for.\nport: 80\n',
    );
  });

  it('folds a long comment', () => {
    const lines = printValues(valueTree([entry('a', 1, 'word '.repeat(60))])).split('\n');
    expect(lines.filter((line) => line.startsWith('# ')).length).toBeGreaterThan(2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});

describe('valueTree', () => {
  it('takes a value that two places share once', () => {
    expect([...valueTree([entry('host', 'x'), entry('host', 'x')])]).toHaveLength(1);
  });

  it.each([
    ['two values', [entry('host', 'x'), entry('host', 'y')], 'chart value host: given twice, with different values'],
    [
      'a value inside a value',
      [entry('host', 'x'), entry('host.name', 'y')],
      'chart value host.name: host is a value, not a section',
    ],
    [
      'a value in place of a section',
      [entry('host.name', 'x'), entry('host', 'y')],
      'chart value host: given twice, with different values',
    ],
    ['a path that a template cannot name', [entry('a b', 'x')], 'chart value "a b": not a camelCase path'],
  ])('refuses %s', (_, entries, message) => {
    expect(() => valueTree(entries)).toThrow(message);
  });
});
