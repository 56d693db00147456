import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createReport } from '../../../src/cli/output/report.ts';
import { printJson } from '../../../src/cli/output/print-json.ts';

it('escapes what could steer a terminal or turn the reading direction, and nothing else', () => {
  expect(printJson({ message: 'a\u009b2J\u007f\u202e\u200b\u2028\u{e0041}ä"\n' })).toBe('{"message":"a\\u009b2J\\u007f\\u202e\\u200b\\u2028\\udb40\\udc41ä\\"\\n"}');
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
  const stream = { isTTY: false, write: (text: string): boolean => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
  createReport({ stdout: stream, stderr: stream, environment: {} }, false).json({ message: '\u009b2J' });
  expect(written.join('')).toBe('{\n  "message": "\\u009b2J"\n}\n');
});
