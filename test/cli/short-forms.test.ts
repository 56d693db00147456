import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, programPath, runProgram } from '../support/program.ts';

/** None of these runs may ask, although nothing else says that there is no person. */
const withoutCi = { CI: undefined };

describe('the short forms, without a terminal', () => {
  it('make the three services, word for word', async () => {
    await inFreshFolder((folder) => {
      const run = (golden: string, ...args: readonly string[]): void => {
        const result = runProgram(args, { cwd: folder, env: withoutCi });
        expectGolden(golden, args, folder, result);
        expect(result.exitCode).toBe(0);
      };
      run('init', 'init');
      run('add-service-terminate', 'add-service', '--mode', 'terminate');
      run('add-service-reencrypt', 'add-service', '--mode', 'reencrypt');
      run('add-service-passthrough', 'add-service', '--mode', 'passthrough');
      run('list', 'list');
      run('render-unchanged', 'render');
      const config = parse(readFileSync(join(folder, 'ingress-tls.yaml'), 'utf8')) as Record<string, unknown>;
      expect(config).toMatchObject({
        domain: 'example.test',
        services: [
          { name: 'svc7', mode: 'terminate' },
          { name: 'svc8', mode: 'reencrypt' },
          { name: 'svc9', mode: 'passthrough' },
        ],
      });
    });
  });

  it('make the same as the long forms', async () => {
    const add = (...name: readonly string[]): Promise<string> =>
      inProject(noServices, (project) => {
        expect(
          runProgram(['add-service', ...name, '--mode', 'reencrypt'], { cwd: project, env: withoutCi }).exitCode,
        ).toBe(0);
        return readFileSync(join(project, 'ingress-tls.yaml'), 'utf8');
      });
    expect(await add()).toBe(await add('svc8'));
  });

  it.each(['terminate', 'reencrypt', 'passthrough'])(
    'a second service of mode %s needs a name, and nothing is changed',
    async (mode) => {
      await inProject(threeModes, (project) => {
        const before = readFileSync(join(project, 'ingress-tls.yaml'), 'utf8');
        const args = ['add-service', '--mode', mode];
        const result = runProgram(args, { cwd: project, env: withoutCi });
        expect(result).toMatchObject({ exitCode: 2, stdout: '' });
        expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(before);
        if (mode === 'passthrough') expectGolden('add-service-name-taken', args, project, result);
      });
    },
  );

  it('a missing mode is an error that names the flag and the modes', async () => {
    await inProject(noServices, (project) => {
      const result = runProgram(['add-service'], { cwd: project, env: withoutCi });
      expectGolden('add-service-without-mode', ['add-service'], project, result);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    });
  });

  it('--yes takes the defaults for all that is missing', async () => {
    await inProject(noServices, (project) => {
      expect(runProgram(['add-service', '--yes'], { cwd: project }).exitCode).toBe(0);
      expect(parse(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8'))).toMatchObject({
        services: [{ name: 'svc7', mode: 'terminate' }],
      });
    });
  });

  it('a domain of one’s own is taken over', async () => {
    await inFreshFolder((folder) => {
      const { exitCode, stderr } = runProgram(['init', '--domain', 'apps.example.org', '--key-type', 'ecdsa-p256'], {
        cwd: folder,
      });
      expect(exitCode).toBe(0);
      expect(stderr).toContain('The domain is apps.example.org.\n');
    });
  });
});

describe('the other commands, without a terminal', () => {
  it('remove-service takes away the chart and keeps the keys', async () => {
    await inProject(threeModes, (project) => {
      const args = ['remove-service', 'svc9'];
      const result = runProgram(args, { cwd: project });
      expectGolden('remove-service', args, project, result);
      expect(result.exitCode).toBe(0);
      expect(existsSync(join(project, 'charts/svc9'))).toBe(false);
      expect(existsSync(join(project, 'secrets/ic3-svc9-tls.yaml'))).toBe(false);
      expect(existsSync(join(project, 'certs/svc9.key'))).toBe(true);
    });
  });

  it('list --json is one JSON document', async () => {
    await inProject(threeModes, (project) => {
      const result = runProgram(['list', '--json'], { cwd: project });
      expectGolden('list-json', ['list', '--json'], project, result);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      expect(JSON.parse(result.stdout)).toMatchObject({
        services: [{ name: 'svc7' }, { name: 'svc8' }, { name: 'svc9' }],
      });
    });
  });

  it('schema prints the schema that is published', async () => {
    await inFreshFolder((folder) => {
      const { exitCode, stdout, stderr } = runProgram(['schema'], { cwd: folder });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toBe(readFileSync(new URL('../../schema.json', import.meta.url), 'utf8'));
    });
  });

  it('a reader that goes away is no failure', async () => {
    await inProject(threeModes, (project) => {
      const { stdout, stderr } = spawnSync(
        'sh',
        ['-c', `'${process.execPath}' '${programPath}' list --json | head -1`],
        { cwd: project, encoding: 'utf8' },
      );
      expect({ stdout, stderr }).toEqual({ stdout: '{\n', stderr: '' });
    });
  });

  it('another folder is named with -C', async () => {
    await inProject(threeModes, (project, outside) => {
      const inside = runProgram(['list'], { cwd: project });
      expect(runProgram(['-C', 'project', 'list'], { cwd: outside })).toEqual(inside);
      expect(runProgram(['list', '-C', project], { cwd: outside })).toEqual(inside);
    });
  });

  it.each([
    ['init', '--domain', 'example.org', '--key-type', 'ecdsa-p256', '--json'],
    ['render', '--json'],
    ['add-service', 'svc10', '--mode', 'terminate', '--json'],
    ['remove-service', 'svc7', '--json'],
    ['list', '--json'],
  ])('%s ... --json prints one JSON document and nothing else on stdout', async (...args) => {
    await inProject(threeModes, (project, outside) => {
      const { exitCode, stdout } = runProgram(args, { cwd: args[0] === 'init' ? outside : project });
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toBeTypeOf('object');
    });
  });
});
