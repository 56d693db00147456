import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { programPath, runProgram } from '../support/program.ts';
import { holdsNumber, secretNumbers } from './key-material.ts';
import { projects, type Project } from './projects.ts';

/** Files below a folder, by their path in it. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

const isKeyFile = (path: string): boolean => path.startsWith('certs/') && path.endsWith('.key');
const allNumbers = (project: Project): readonly Buffer[] =>
  filesBelow(project.folder())
    .filter(isKeyFile)
    .flatMap((path) => secretNumbers(readFileSync(join(project.folder(), path))));

describe.each(projects)('the private keys of the project $title', (project) => {
  it('stand in certs/*.key and in the Secrets of type kubernetes.io/tls, and in no other file', () => {
    const numbers = allNumbers(project);
    const holders = filesBelow(project.folder()).filter((path) =>
      holdsNumber(readFileSync(join(project.folder(), path)), numbers),
    );
    const secrets = filesBelow(join(project.folder(), 'secrets')).filter((file) =>
      readFileSync(join(project.folder(), 'secrets', file), 'utf8').includes('kubernetes.io/tls'),
    );
    expect(holders).toEqual(
      [...filesBelow(project.folder()).filter(isKeyFile), ...secrets.map((file) => `secrets/${file}`)].sort(),
    );
    expect(secrets.length).toBeGreaterThan(0);
  });

  it('are not what git would commit', () => {
    const copy = mkdtempSync(join(tmpdir(), 'ingress-tls-git-'));
    try {
      cpSync(project.folder(), copy, { recursive: true });
      const git = (...args: readonly string[]): string =>
        execFileSync('git', ['-c', 'core.excludesFile=', '-c', 'core.quotePath=false', ...args], {
          cwd: copy,
          encoding: 'utf8',
        });
      git('init', '--quiet');
      git('add', '--all');
      const staged = git('ls-files').trim().split('\n');
      const numbers = allNumbers(project);
      expect(
        staged.filter(
          (path) =>
            isKeyFile(path) || path.startsWith('secrets/') || holdsNumber(readFileSync(join(copy, path)), numbers),
        ),
      ).toEqual([]);
      const others = filesBelow(project.folder()).filter((path) => !isKeyFile(path) && !path.startsWith('secrets/'));
      expect(staged).toEqual(
        expect.arrayContaining([
          'ingress-tls.yaml',
          'manifests/ic-common.yaml',
          ...project.services.map(({ name }) => `charts/${name}/Chart.yaml`),
        ]),
      );
      expect(others).toEqual(expect.arrayContaining(staged));
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

describe('what is printed', () => {
  const project = projects.find(({ title }) => title === 'hostile-names.yaml')!;

  it.each(['list --json', 'apply --dry-run', 'apply --dry-run --json --verbose'])(
    'by %s holds no private key',
    (command) => {
      const { stdout, stderr } = runProgram(command.split(' '), { cwd: project.folder(), env: { PATH: '' } });
      expect(stdout).toContain('on-off');
      expect(holdsNumber(Buffer.from(stdout + stderr), allNumbers(project))).toBe(false);
    },
  );
});

const smallest = projects.find(({ title }) => title === 'one-namespace.yaml')!;

describe('file modes', () => {
  it('keep keys and Secrets to their owner, even under the loosest umask', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-modes-'));
    try {
      cpSync(join(smallest.folder(), 'ingress-tls.yaml'), join(folder, 'ingress-tls.yaml'));
      execFileSync('sh', ['-c', 'umask 000; exec "$@"', 'sh', process.execPath, programPath, 'render'], {
        cwd: folder,
        stdio: 'ignore',
      });
      const mode = (path: string): string => (statSync(join(folder, path)).mode & 0o777).toString(8);
      expect(['certs', 'secrets'].map(mode)).toEqual(['700', '700']);
      const own = filesBelow(folder).filter((path) => isKeyFile(path) || path.startsWith('secrets/'));
      expect(own.length).toBeGreaterThan(6);
      expect(own.map((path) => [path, mode(path)])).toEqual(own.map((path) => [path, '600']));
      // Nobody but the owner can change what a person will apply.
      expect(filesBelow(folder).filter((path) => (statSync(join(folder, path)).mode & 0o022) !== 0)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('holdsNumber', () => {
  const project = smallest;
  const pem = (): Buffer => readFileSync(join(project.folder(), 'certs', 'wildcard.key'));
  const base64 = (content: Buffer | string): string => Buffer.from(content).toString('base64');

  it.each<[string, (key: Buffer) => string | Buffer]>([
    ['the key itself', (key) => key],
    ['inside of JSON', (key) => JSON.stringify({ key: key.toString() })],
    ['in base64', (key) => `key: ${base64(key)}`],
    ['in base64 after other text', (key) => `key: ${base64(`a\n${key.toString()}`)}`],
    ['in base64 of base64, in lines', (key) => base64(base64(key)).replaceAll(/.{76}/g, '$&\n    ')],
    ['behind a word', (key) => `data/${base64(key)}`],
    ['as bare bytes', (key) => secretNumbers(key)[0] ?? ''],
    ['in hexadecimal', (key) => secretNumbers(key)[0]?.toString('hex').toUpperCase() ?? ''],
  ])('finds a key: %s', (_, disguise) => {
    expect(holdsNumber(Buffer.from(disguise(pem())), secretNumbers(pem()))).toBe(true);
  });

  it('finds none in the certificate of the key, nor in another key', () => {
    expect(holdsNumber(readFileSync(join(project.folder(), 'certs', 'wildcard.crt')), secretNumbers(pem()))).toBe(
      false,
    );
    expect(holdsNumber(readFileSync(join(project.folder(), 'certs', 'ca.key')), secretNumbers(pem()))).toBe(false);
  });
});
