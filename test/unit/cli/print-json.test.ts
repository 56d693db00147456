import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createReport, type Answer } from '../../../src/cli/output/report.ts';
import { printJson } from '../../../src/cli/output/print-json.ts';

it('escapes what could steer a terminal or turn the reading direction, and nothing else', () => {
  expect(printJson({ message: 'a\u009b2J\u007f\u202e\u200b\u2028\u{e0041}ä"\n' })).toBe(
    '{"message":"a\\u009b2J\\u007f\\u202e\\u200b\\u2028\\udb40\\udc41ä\\"\\n"}',
  );
  expect(printJson({ a: [1] }, 2)).toBe('{\n  "a": [\n    1\n  ]\n}');
});

it('reads back as the same value, with no such character in it', () => {
  const value = fc.jsonValue({ stringUnit: 'binary' });
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 2), (before, indentation) => {
      const text = printJson(before, indentation);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(before)));
    }),
  );
});

it('is how every command prints JSON', () => {
  const written: string[] = [];
  const stream = {
    isTTY: false,
    write: (text: string): boolean => written.push(text) > 0,
  } as unknown as NodeJS.WriteStream;
  createReport({ stdout: stream, stderr: stream, environment: {} }, false).json({ message: '\u009b2J' });
  expect(written.join('')).toBe('{\n  "message": "\\u009b2J"\n}\n');
});

it.each([
  ['text', 'one\ntwo\n'],
  ['json', '{\n  "lines": 2\n}\n{"lines":2}\n'],
] as const)('makes of an answer the %s alone, and of an event one line of JSON', (format, expected) => {
  let written = '';
  const stream = {
    isTTY: false,
    write: (text: string): boolean => (written += text) !== '',
  } as unknown as NodeJS.WriteStream;
  const report = createReport({ stdout: stream, stderr: stream, environment: {} }, false, format);
  const made: string[] = [];
  const answer = (line: string): Answer => ({
    json: () => {
      made.push('json');
      return { lines: 2 };
    },
    text: () => {
      made.push('text');
      report.results([line]);
    },
  });
  report.say(answer('one'));
  report.sayEvent(answer('two'));
  expect(written).toBe(expected);
  expect(made).toEqual([format, format]);
});
