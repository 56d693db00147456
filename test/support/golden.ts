import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { ProgramResult } from './program.ts';

const folder = fileURLToPath(new URL('../cli/golden/', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * Compares what a run of the program printed with test/cli/golden/NAME.txt, which UPDATE_GOLDEN=1 writes. What differs
 * from run to run (the project folder, dates, versions, process ids) stands there as a word.
 */
export function expectGolden(
  name: string,
  args: readonly string[],
  project: string,
  { exitCode, stdout, stderr }: ProgramResult,
): void {
  const path = join(folder, `${name}.txt`);
  const text = [
    `$ ${['ingress-tls', ...args].join(' ')}`,
    `exit ${exitCode ?? 'by a signal'}`,
    '--- stdout',
    normalize(stdout, project),
    '--- stderr',
    normalize(stderr, project),
  ].join('\n');
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  if (!existsSync(path)) throw new Error(`there is no golden file ${name}.txt: look at what UPDATE_GOLDEN=1 writes`);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

/** Puts a word in the place of what differs from run to run; the words of dates are as wide as the dates. */
function normalize(text: string, project: string): string {
  return (
    text
      .replaceAll(join(realpathSync(tmpdir()), relative(tmpdir(), project)), 'PROJECT')
      .replaceAll(project, 'PROJECT')
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d[:-]\d\d[:-]\d\d(?:\.\d+)?Z/g, 'TIME')
      .replaceAll(/\b\d{4}-\d\d-\d\d\b/g, 'YYYY-MM-DD')
      // Of a chart: it changes with every template.
      .replaceAll(/ingress-tls\/digest=[0-9a-f]{40}(?=\.\d)/g, 'ingress-tls/digest=DIGEST')
      .replaceAll(/process \d+ on [^\s,]+/g, 'process PID on HOST')
      .replaceAll(process.version, 'NODE_VERSION')
      .replaceAll(new RegExp(`^${version.replaceAll('.', String.raw`\.`)}$`, 'gm'), 'VERSION')
  );
}
