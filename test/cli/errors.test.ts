import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, programPath, runProgram } from '../support/program.ts';

describe('wrong use exits 2, says what was wrong and what to type', () => {
  it.each<readonly [string, readonly string[]]>([
    ['no-command', []],
    ['unknown-command', ['aply']],
    ['unknown-option', ['apply', '--dryrun']],
    ['option-without-value', ['init', '--domain']],
    ['excess-argument', ['render', 'svc7']],
    ['unknown-mode', ['add-service', 'shop', '--mode', 'pasthrough']],
    ['no-duration', ['apply', '--timeout', 'soon']],
    ['no-number', ['add-service', 'shop', '--mode', 'terminate', '--port', 'http']],
    ['no-annotation', ['add-service', 'shop', '--mode', 'terminate', '--annotation', 'plain']],
    ['service-exists', ['add-service', 'svc7', '--mode', 'terminate']],
    ['no-such-service', ['remove-service', 'svc1']],
    ['init-again', ['init']],
    [
      'forbidden-annotation',
      [
        'add-service',
        'shop',
        '--mode',
        'passthrough',
        '--annotation',
        'nginx.ingress.kubernetes.io/ssl-passthrough=false',
      ],
    ],
  ])('%s', async (name, args) => {
    await inProject(threeModes, (project) => {
      const result = runProgram(args, { cwd: project });
      expectGolden(`error-${name}`, args, project, result);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(threeModes);
    });
  });

  it.each(['list', 'render', 'apply', 'destroy', 'add-service', 'remove-service svc7'])(
    '%s in a folder that is no project',
    async (line) => {
      await inFreshFolder((folder) => {
        const args = [...line.split(' '), ...(line === 'add-service' ? ['--mode', 'terminate'] : [])];
        const result = runProgram(args, { cwd: folder });
        expect(result).toMatchObject({ exitCode: 2, stdout: '' });
        expect(result.stderr).toContain('no ingress-tls.yaml in');
        expect(result.stderr).toContain('next: ingress-tls init');
        if (line === 'render') expectGolden('error-no-project', args, folder, result);
      });
    },
  );

  it('values that no chart of the project takes', async () => {
    const services = [
      '{name: shop, mode: terminate, image: shop:1, values: {replicaCount: 2, nodeSelector: {zone: 1}, envs: []}}',
      '{name: demo, mode: passthrough, values: {env: []}}',
      '{name: led, mode: terminate, service: {name: a, port: 80}, values: {tolerations: []}}',
    ];
    await inFreshFolder((folder) => {
      const lines = ['apiVersion: ingress-tls/v1', 'domain: example.test', 'services:'];
      writeFileSync(
        join(folder, 'ingress-tls.yaml'),
        [...lines, ...services.map((each) => `  - ${each}`), ''].join('\n'),
      );
      for (const args of [['render'], ['apply', '--dry-run']]) {
        const result = runProgram(args, { cwd: folder });
        expect(result).toMatchObject({ exitCode: 2, stdout: '' });
        if (args.length === 1) expectGolden('error-chart-values', args, folder, result);
        expect(existsSync(join(folder, 'charts'))).toBe(false);
      }
    });
  });

  it('a folder that does not exist', async () => {
    await inFreshFolder((folder) => {
      const result = runProgram(['-C', 'nowhere', 'render'], { cwd: folder });
      expect(result.exitCode).toBe(2);
      expect(result.stderr).toContain('does not exist');
    });
  });
});

describe('a bug', () => {
  it('exits 70, with a stack and where it belongs', async () => {
    await inProject(threeModes, (project, outside) => {
      // A package without its templates: nothing that a user's mistake can lead to.
      const broken = join(outside, 'package');
      for (const folder of ['bin', 'dist'])
        cpSync(join(dirname(programPath), '..', folder), join(broken, folder), { recursive: true });
      writeFileSync(join(broken, 'package.json'), '{"type":"module"}');
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(broken, 'bin/ingress-tls.js'), 'render'], {
        cwd: project,
        encoding: 'utf8',
      });
      expect({ status, stdout }).toEqual({ status: 70, stdout: '' });
      expect(stderr).toMatch(/\n {4}at /);
      expect(stderr).toMatch(/\nerror: this is a bug in ingress-tls \S+: please report it with the lines above\n$/);
    });
  });
});

describe('ingress-tls.yaml', () => {
  it('has all its problems reported at once, with line, column and a suggestion', async () => {
    await inFreshFolder((folder) => {
      writeFileSync(
        join(folder, 'ingress-tls.yaml'),
        `apiVersion: ingress-tls/v1
domain: example.test
controler:
  name: ic3
services:
  - name: svc7
    mode: pasthrough
  - name: a_b
    mode: terminate
    port: 70000
  - name: svc7
    mode: reencrypt
  - name: deep
    mode: terminate
    host: a.b.example.test
  - name: svc9
    mode: passthrough
    mode: terminate
`,
      );
      const result = runProgram(['render'], { cwd: folder });
      expectGolden('error-many-problems', ['render'], folder, result);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    });
  });

  it.each([
    ['empty', '', /ingress-tls\.yaml/],
    ['a comment and nothing else', '# nothing\n', /ingress-tls\.yaml/],
    ['a list', '- one\n', /ingress-tls\.yaml:1:1/],
    ['no YAML', 'domain: [\n', /ingress-tls\.yaml:\d+:\d+/],
    ['binary', '\u0000\u0001\u0002', /ingress-tls\.yaml/],
  ])('that is %s is refused by name', async (_title, text, place) => {
    await inFreshFolder((folder) => {
      writeFileSync(join(folder, 'ingress-tls.yaml'), text);
      const { exitCode, stderr } = runProgram(['render'], { cwd: folder });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(place);
      expect(stderr).not.toMatch(/ at .*\.js:\d+/);
      expect(readFileSync(join(folder, 'ingress-tls.yaml'), 'utf8')).toBe(text);
    });
  });

  it('may have a byte order mark and CRLF line ends, and keeps them', async () => {
    await inProject(threeModes, (project) => {
      const path = join(project, 'ingress-tls.yaml');
      writeFileSync(path, `\uFEFF${threeModes.replaceAll('\n', '\r\n')}`);
      expect(runProgram(['render'], { cwd: project })).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^unchanged {2}\d+ files\n$/) as string,
      });
      expect(runProgram(['add-service', 'shop', '--mode', 'terminate'], { cwd: project }).exitCode).toBe(0);
      const text = readFileSync(path, 'utf8');
      expect(text.startsWith('\uFEFFapiVersion')).toBe(true);
      expect(text.replaceAll('\r\n', '')).not.toContain('\n');
      expect(text).toContain('name: shop');
    });
  });

  it('as a folder is refused', async () => {
    await inFreshFolder((folder) => {
      mkdirSync(join(folder, 'ingress-tls.yaml'));
      for (const command of ['render', 'init', 'list']) {
        const { exitCode, stderr } = runProgram([command], { cwd: folder });
        expect({ command, exitCode }).toEqual({ command, exitCode: 2 });
        expect(stderr).toContain('ingress-tls.yaml');
      }
    });
  });
});
