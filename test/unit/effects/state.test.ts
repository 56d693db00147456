import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProjectFiles, type ProjectFiles } from '../../../src/world/files/files.ts';
import { readState, writeState } from '../../../src/world/files/state.ts';
import { UsageError } from '../../../src/errors.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';

function withState(text?: string): { readonly files: ProjectFiles; readonly read: () => string } {
  const root = makeTemporaryFolder();
  const path = join(root, '.ingress-tls/state.json');
  mkdirSync(join(root, '.ingress-tls'));
  if (text !== undefined) writeFileSync(path, text);
  return { files: createProjectFiles(root), read: () => readFileSync(path, 'utf8') };
}

const lines = (...entries: readonly string[]): string =>
  `{\n "version": 1,\n "files": {\n${entries.join('\n')}\n }\n}\n`;

describe('the state file', () => {
  it('is JSON with one file in each line, sorted, and reads back what was written', () => {
    const { files, read } = withState();
    const recorded = new Map([
      ['b', ['2', '3']],
      ['a "quoted" \\ path', ['1']],
    ]);
    writeState(files, recorded);
    expect(read()).toBe(lines('  "a \\"quoted\\" \\\\ path": ["1"],', '  "b": ["2","3"]'));
    expect(JSON.parse(read())).toEqual({ version: 1, files: Object.fromEntries(recorded) });
    expect(readState(files)).toEqual(recorded);
  });

  it('is read in the form with a digest in each line', () => {
    const { files } = withState(
      `${JSON.stringify({ version: 1, files: { a: ['1'], b: ['2', '3'], c: [] } }, undefined, 1)}\n`,
    );
    expect(readState(files)).toEqual(
      new Map([
        ['a', ['1']],
        ['b', ['2', '3']],
        ['c', []],
      ]),
    );
  });

  it.each([
    ['with merge=union', lines('  "a": ["1"],', '  "b": ["2"],', '  "c": ["3"]', '  "a": ["4"],', '  "d": ["5"]')],
    [
      'with the marks of a conflict',
      lines(
        '<<<<<<< HEAD',
        '  "a": ["1"],',
        '  "b": ["2"],',
        '  "c": ["3"]',
        '||||||| 1234567',
        '  "a": ["1"]',
        '=======',
        '  "a": ["4"],',
        '  "d": ["5"]',
        '>>>>>>> other',
      ),
    ],
  ])('holds what both branches wrote after a merge %s, and is put in order by the next run', (_title, text) => {
    for (const merged of [text, text.replaceAll('\n', '\r\n')]) {
      const { files, read } = withState(merged);
      const recorded = readState(files);
      expect(recorded).toEqual(
        new Map([
          ['a', ['1', '4']],
          ['b', ['2']],
          ['c', ['3']],
          ['d', ['5']],
        ]),
      );
      writeState(files, recorded);
      expect(read()).toBe(lines('  "a": ["1","4"],', '  "b": ["2"],', '  "c": ["3"],', '  "d": ["5"]'));
    }
  });

  it.each([
    '',
    '{}',
    'null',
    '[]',
    lines('  "a": ["1"]').slice(0, -9),
    lines('  "a": [1]'),
    lines('  "a": "1"'),
    lines('  "a": {"b": ["1"]}'),
    lines('  "\\x": ["1"]'),
    lines('  "a": ["1"]').replace('1', '2'),
    lines('>>> a', '  "a": ["1"]'),
  ])('is refused when it is something else: %j', (text) => {
    const { files } = withState(text);
    expect(() => readState(files)).toThrow(UsageError);
  });
});
