import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram, type ProgramResult } from '../support/program.ts';

const preload = new URL('../support/stop-at.js', import.meta.url).href;

/** Runs the program until its change of the disk with this number: it is killed there, or the disk is full. */
function runUntil(
  how: 'kill' | 'fail',
  number: number,
  args: readonly string[],
  cwd: string,
): ProgramResult & { readonly isStopped: boolean } {
  const result = runProgram(args, {
    cwd,
    env: { NODE_OPTIONS: `--import=${preload}`, INGRESS_TLS_TEST_STOP: `${how} ${number}` },
  });
  return { ...result, isStopped: result.stderr.includes('stopped here\n') };
}

function readFiles(folder: string): ReadonlyMap<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries
      .map(({ parentPath, name }) => join(parentPath, name))
      .sort()
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );
}

const isPair = (path: string): boolean => /\.(?:crt|key)$/.test(path);

const isDigests = (path: string): boolean => path.endsWith('/certificates.sha256');

/** What is the same whenever it is made; the state tells digests of Secrets too. */
const isFixed = (path: string): boolean =>
  !isPair(path) && !path.startsWith('secrets/') && !isDigests(path) && path !== '.ingress-tls/state.json';

const oneService =
  'apiVersion: ingress-tls/v1\ndomain: example.test\ncertificate:\n  keyType: ecdsa-p256\nservices:\n  - name: shop\n    mode: reencrypt\n';

interface Command {
  readonly line: string;
  readonly config?: string;
  readonly prepare?: (project: string) => void;
  /** From one point that is tried to the next. */
  readonly stride: number;
}

const commands: readonly Command[] = [
  { line: 'init --key-type ecdsa-p256', stride: 1 },
  { line: 'add-service tea --mode passthrough', config: oneService, stride: 6 },
  { line: 'remove-service shop', config: oneService, stride: 6 },
  {
    line: 'render',
    config: oneService,
    prepare: (project) => {
      writeFileSync(join(project, 'ingress-tls.yaml'), oneService.replace('name: shop', 'name: tea'));
    },
    stride: 12,
  },
];

/** Copies the project as often as there are points, ends the command there, and runs it again. */
function tryAllPoints(
  how: 'kill' | 'fail',
  { line, prepare, stride }: Command,
  project: string,
  outside: string,
): void {
  const args = line.split(' ');
  prepare?.(project);
  const before = readFiles(project);
  const complete = join(outside, 'complete');
  cpSync(project, complete, { recursive: true });
  expect(runProgram(args, { cwd: complete }).exitCode).toBe(0);
  const wanted = readFiles(complete);
  let tried = 0;
  for (let number = 1; ; number += stride) {
    const where = `${line}, stopped at ${number}`;
    const folder = join(outside, `trial-${number}`);
    cpSync(project, folder, { recursive: true });
    const ended = runUntil(how, number, args, folder);
    if (!ended.isStopped) break;
    tried += 1;
    const left = new Map(
      [...readFiles(folder)].filter(([path]) => path !== '.ingress-tls/lock' && !/\.tmp(?:\/|$)/.test(path)),
    );
    const made = [...before, ...left].filter(([path]) => isPair(path));
    // The lock goes last: by then all is there, and the command would rightly say so.
    const isDone =
      left.size === wanted.size && [...wanted].every(([path, text]) => !isFixed(path) || left.get(path) === text);
    if (how === 'fail' && ended.exitCode !== 0) {
      expect(ended, where).toMatchObject({ exitCode: 3 });
      expect(ended.stderr, where).toMatch(/^next: .*run the same command again\.$/m);
    }
    expect(runProgram(isDone ? ['render'] : args, { cwd: folder }), where).toMatchObject({ exitCode: 0 });
    const found = readFiles(folder);
    expect([...found.keys()], where).toEqual([...wanted.keys()]);
    for (const [path, text] of [...[...wanted].filter(([name]) => isFixed(name)), ...made])
      expect(found.get(path), `${path}: ${where}`).toBe(text);
    for (const path of [...wanted.keys()].filter(isDigests))
      execFileSync('sha256sum', ['--check', '--strict', path], { cwd: folder, stdio: 'ignore' });
  }
  expect(tried).toBeGreaterThan(2);
}

describe.each([
  { how: 'kill', title: 'killed half-way, at whatever point, the same command does the rest' },
  { how: 'fail', title: 'with a full disk half-way, the same command does the rest' },
] as const)('$title', ({ how }) => {
  it.each(commands.map((command) => [command.line, command] as const))(
    '%s',
    async (_line, command) => {
      if (command.config !== undefined) {
        await inProject(command.config, (project, outside) => {
          tryAllPoints(how, command, project, outside);
        });
        return;
      }
      await inFreshFolder((outside) => {
        mkdirSync(join(outside, 'project'));
        tryAllPoints(how, command, join(outside, 'project'), outside);
      });
    },
    600_000,
  );
});
