import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { install, npm, pack, root, type Packed } from './packed.ts';

interface PackageJson {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as PackageJson;
// Paths of this kind exist, and shells, URLs and Windows' code pages have all broken them.
const place = join('Meine Dateien (größer)', "d'été");

describe('the packed package', () => {
  let work = '';
  let packed: Packed;
  const installed = (): string => join(work, place);
  const program = (): string => join(installed(), 'node_modules', '.bin', 'ingress-tls');

  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), 'ingress-tls-package-'));
    packed = pack(work);
    install(packed.tarball, installed());
  });

  afterAll(() => {
    rmSync(work, { recursive: true, force: true });
  });

  it('holds the program, its templates, the schema and what a reader needs, and nothing else', () => {
    const fixed = [
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin/ingress-tls.js',
      'bin/package.json',
      'dist/LICENSES',
      'dist/main.js',
      'dist/main.js.map',
      'package.json',
      'schema.json',
    ];
    const folders = ['docs', 'templates'].flatMap((folder) =>
      filesBelow(join(root, folder)).map((path) => `${folder}/${path}`),
    );
    expect(packed.files.filter((path) => !/^dist\/chunks\/[\w-]+\.js(?:\.map)?$/.test(path))).toEqual(
      [...fixed, ...folders].sort(),
    );
    expect(packed.files.length).toBeGreaterThan(fixed.length + folders.length);
  });

  it('imports what it declares and declares what it imports', () => {
    const folder = join(installed(), 'node_modules', 'ingress-tls');
    const sources = packed.files
      .filter((path) => path.endsWith('.js'))
      .map((path) => readFileSync(join(folder, path), 'utf8'));
    const imported = sources.flatMap((text) =>
      ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName),
    );
    const packages = imported
      .filter((name) => !name.startsWith('.') && !name.startsWith('node:'))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    const licences = readFileSync(join(folder, 'dist', 'LICENSES'), 'utf8');
    const bundled = [...licences.matchAll(/^((?:@[\w-]+\/)?[\w.-]+)@\d\S*$/gm)].map(([, name]) => name);
    const declared = Object.keys(manifest.dependencies).sort();
    expect(packages.filter((name) => !declared.includes(name))).toEqual([]);
    expect(declared.filter((name) => !packages.includes(name) && !bundled.includes(name))).toEqual([]);
    expect(packages.filter((name) => builtinModules.includes(name))).toEqual([]);
  });

  it('brings no development dependency', () => {
    const found = readdirSync(join(installed(), 'node_modules'));
    expect(found).toContain('ingress-tls');
    expect(
      found.filter((name) => ['vitest', 'esbuild', 'typescript', 'eslint', 'kubernetes-models'].includes(name)),
    ).toEqual([]);
  });

  it('runs by its name and by npx', () => {
    expect(execFileSync(program(), ['--version'], { encoding: 'utf8' })).toBe(`${manifest.version}\n`);
    expect(npm(installed(), 'exec', '--no', '--', 'ingress-tls', '--version')).toBe(`${manifest.version}\n`);
  });

  it('makes a project in a folder with spaces, quotes and other letters, and finds it unchanged', () => {
    const project = join(installed(), 'Projekt ä');
    mkdirSync(project);
    makeProject((...args) => run(program(), args, { cwd: project }));
    expect(run(program(), ['render'], { cwd: project }).stdout).toMatch(/^unchanged +\d+ files\n$/);
    expect(filesBelow(project)).toEqual(
      expect.arrayContaining([
        'certs/svc9-client.key',
        'charts/svc7/Chart.yaml',
        'charts/svc8/values.yaml',
        'manifests/ic-common.yaml',
        'secrets/ic3-svc9-tls.yaml',
      ]),
    );
    expect(run(program(), ['schema'], { cwd: project }).stdout).toBe(readFileSync(join(root, 'schema.json'), 'utf8'));
    expect(
      run(program(), ['apply', '--dry-run'], { cwd: project, env: { PATH: process.execPath.replace(/\/[^/]+$/, '') } })
        .stdout,
    ).toMatch(/helm .*upgrade/);
  });

  it('works from another folder, without a home that could be written', () => {
    const project = join(work, 'elsewhere');
    const home = '/proc/no-such-home';
    mkdirSync(project);
    makeProject((...args) =>
      run(program(), [...args, '--directory', project], {
        cwd: '/',
        env: { HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
      }),
    );
    expect(filesBelow(project)).toContain('charts/svc9/values.yaml');
  });

  describe.each(['node20.19', 'node22.0', 'node22', 'node24'] as const)('%s', (name) => {
    describeWithTool(name, 'runs the program', (node) => {
      it('makes the same project, without a warning', () => {
        const project = join(work, name);
        mkdirSync(project);
        const entry = join(installed(), 'node_modules', 'ingress-tls', 'bin', 'ingress-tls.js');
        expect(run(node, ['--version'], { cwd: project }).stdout).toMatch(
          new RegExp(`^v${name.slice('node'.length).replace('.', '\\.')}\\.`),
        );
        expect(run(node, [entry, '--version'], { cwd: project }).stdout).toBe(`${manifest.version}\n`);
        const said = makeProject((...args) => run(node, [entry, ...args], { cwd: project }));
        // Node prints its own warnings, of deprecated or experimental calls, with its process's number.
        expect(said).not.toMatch(/\(node:\d+\)/);
        expect(
          execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'ca.crt', 'svc8.crt', 'svc9.crt'], {
            cwd: join(project, 'certs'),
            encoding: 'utf8',
          }),
        ).toBe('svc8.crt: OK\nsvc9.crt: OK\n');
      });
    });
  });

  it('is tried with the oldest Nodes that it admits', () => {
    expect(manifest.engines.node).toBe('^20.19.0 || >=22.0.0');
  });

  describeWithTool('node10', 'a Node that is too old', (node) => {
    it.each([['list'], ['--version']])('is told what is needed: %s', (argument) => {
      const { status, stdout, stderr } = spawnSync(
        node,
        [join(installed(), 'node_modules', 'ingress-tls', 'bin', 'ingress-tls.js'), argument],
        { encoding: 'utf8' },
      );
      expect(status).toBe(3);
      expect(stdout).toBe('');
      expect(stderr).toBe(
        'error: ingress-tls needs Node 20.19 or later, and not 21; this is Node 10.24.1\nnext: install a newer one: https://nodejs.org\n',
      );
    });
  });

  it('says what is missing where it was not built', () => {
    const folder = join(work, 'not built');
    cpSync(join(installed(), 'node_modules', 'ingress-tls', 'bin'), join(folder, 'bin'), { recursive: true });
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'ingress-tls.js'), 'list'], {
      encoding: 'utf8',
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/^error: ingress-tls cannot be loaded: .*main\.js.*\nnext: .*npm run build\n$/);
  });

  describeWithTool('yarn', "Yarn Plug'n'Play", (yarn) => {
    it('runs it out of the zip files that it keeps packages in', () => {
      const folder = join(work, 'plug and play');
      const project = join(folder, 'project');
      mkdirSync(project, { recursive: true });
      writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
      writeFileSync(
        join(folder, '.yarnrc.yml'),
        `nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\nnpmRegistryServer: ${JSON.stringify(npm(folder, 'config', 'get', 'registry').trim())}\n`,
      );
      run(process.execPath, [yarn, 'add', packed.tarball], { cwd: folder });
      expect(existsSync(join(folder, 'node_modules'))).toBe(false);
      // It runs programs of the package that its own folder belongs to.
      const ingressTls: Run = (...args) =>
        run(process.execPath, [yarn, 'run', 'ingress-tls', '--directory', project, ...args], { cwd: folder });
      makeProject(ingressTls);
      expect(ingressTls('apply', '--dry-run').stdout).toMatch(/helm .*upgrade/);
      expect(ingressTls('schema').stdout).toBe(readFileSync(join(root, 'schema.json'), 'utf8'));
    });
  });
});

type Run = (...args: readonly string[]) => { readonly stdout: string; readonly stderr: string };

/** The main job up to the cluster; returns all that was said on the way. */
function makeProject(ingressTls: Run): string {
  const commands = [
    ['init', '--key-type', 'ecdsa-p256'],
    ['add-service', 'svc7', '--mode', 'terminate'],
    ['add-service', '--mode', 'reencrypt'],
    ['add-service', '--mode', 'passthrough'],
  ];
  const said = commands.map((command) => ingressTls(...command)).map(({ stdout, stderr }) => stdout + stderr);
  const services = JSON.parse(ingressTls('list', '--json').stdout) as {
    readonly services: readonly { readonly name: string }[];
  };
  expect(services.services.map(({ name }) => name)).toEqual(['svc7', 'svc8', 'svc9']);
  return said.join('');
}

function run(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): ReturnType<Run> {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    encoding: 'utf8',
    input: '',
  });
  if (error !== undefined) throw error;
  expect(status, stderr).toBe(0);
  return { stdout, stderr };
}

/** Files below a folder, by their path in it. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
