import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { printCommand } from '../../../src/kube/command-line.ts';

describe('printCommand', () => {
  it.each([
    [
      { tool: 'kubectl', args: ['apply', '-f', '-'], stdinFiles: ['manifests/a.yaml'] },
      'kubectl apply -f - < manifests/a.yaml',
    ],
    [
      { tool: 'kubectl', args: ['apply', '-f', '-'], stdinFiles: ['secrets/a.yaml', 'secrets/b.yaml'] },
      'cat secrets/a.yaml secrets/b.yaml | kubectl apply -f -',
    ],
    [{ tool: 'helm', args: ['list', "--kube-context=it's mine"] }, String.raw`helm list '--kube-context=it'\''s mine'`],
    [{ tool: 'helm', args: ['', '=x', '~', '$HOME', '*'] }, `helm '' '=x' '~' '$HOME' '*'`],
  ])('prints %j', (command, line) => {
    expect(printCommand(command)).toBe(line);
  });

  // A shell judges: a program that tells what it got stands in for kubectl.
  const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-command-line-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, 'bin'));
  writeFileSync(
    join(folder, 'bin/kubectl'),
    `#!${process.execPath}\nconst { readFileSync } = require('node:fs');\nconst input = process.env.WITH_INPUT ? readFileSync(0, 'utf8') : '';\nconsole.log(JSON.stringify({ args: process.argv.slice(2), input }));\n`,
  );
  chmodSync(join(folder, 'bin/kubectl'), 0o755);
  const runInShell = (line: string, withInput: boolean): { args: string[]; input: string } => {
    const env = {
      PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter),
      ...(withInput && { WITH_INPUT: '1' }),
    };
    return JSON.parse(execFileSync('sh', ['-c', line], { cwd: folder, env, encoding: 'utf8' })) as {
      args: string[];
      input: string;
    };
  };

  it('gives a shell exactly the arguments', () => {
    const argument = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0')),
      fc
        .array(
          fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '!', '~', '#', '&', ';', '{', '}', '*', '-', '=', 'a'),
          { maxLength: 8 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 5 }), (args) => {
        expect(runInShell(printCommand({ tool: 'kubectl', args }), false).args).toEqual(args);
      }),
      { numRuns: 60 },
    );
  });

  it.each([[['one']], [['one', 'two words', '-n', "it's", '$x']]])(
    'gives a shell the files %j on standard input',
    (files) => {
      for (const file of files) writeFileSync(join(folder, file), `${file};`);
      expect(runInShell(printCommand({ tool: 'kubectl', args: [], stdinFiles: files }), true).input).toBe(
        files.map((file) => `${file};`).join(''),
      );
    },
  );
});
