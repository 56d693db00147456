import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inFreshFolder, runProgram } from '../support/program.ts';

const commands = [
  'init',
  'add-service',
  'remove-service',
  'list',
  'render',
  'renew',
  'client',
  'export',
  'trust',
  'apply',
  'diff',
  'graph',
  'preview',
  'verify',
  'status',
  'curl',
  'destroy',
  'doctor',
  'schema',
];

const subcommands = ['client add', 'client list', 'client remove', 'trust install', 'trust uninstall', 'trust status'];

describe('help', () => {
  it.each([[], ...[...commands, ...subcommands].map((command) => command.split(' '))])(
    '%s is told within 80 columns, with examples and exit codes',
    async (...command) => {
      const args = [...command, '--help'];
      await inFreshFolder((folder) => {
        const result = runProgram(args, { cwd: folder });
        expectGolden(`help${command.map((word) => `-${word}`).join('')}`, args, folder, result);
        expect(result).toMatchObject({ exitCode: 0, stderr: '' });
        expect(result.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
        expect(result.stdout).toMatch(/\nExamples:\n {2}# .*\n {2}\$ ingress-tls/);
        for (const code of [0, 1, 2, 3, 70, 130]) expect(result.stdout).toMatch(new RegExp(`\n  ${code} +\\S`));
      });
    },
  );

  it('of a command is also had with help COMMAND', async () => {
    await inFreshFolder((folder) => {
      expect(runProgram(['help', 'apply'], { cwd: folder })).toEqual(runProgram(['apply', '--help'], { cwd: folder }));
    });
  });

  it('lists every command', async () => {
    await inFreshFolder((folder) => {
      const { stdout } = runProgram(['--help'], { cwd: folder });
      expect(commands.filter((command) => !stdout.includes(`\n  ${command} `))).toEqual([]);
    });
  });

  it.each([['--version'], ['-V'], ['--no-color', '--version']])(
    'the version is one line on stdout: %s',
    async (...args) => {
      await inFreshFolder((folder) => {
        const result = runProgram(args, { cwd: folder });
        expect(result).toMatchObject({ exitCode: 0, stderr: '' });
        expect(result.stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
        if (args[0] === '--version') expectGolden('version', args, folder, result);
      });
    },
  );
});
