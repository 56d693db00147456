import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exitCodeMeanings } from '../../src/errors.ts';
import { inFreshFolder, programPath, runProgram } from '../support/program.ts';
import { readSnapshot } from './project-snapshot.ts';
import { matchesOutput, readActions, readTable, replaceRows, type Step } from './readme-blocks.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const readmePath = join(repository, 'README.md');
let readme = readFileSync(readmePath, 'utf8');
const expected = readSnapshot(join(repository, 'examples/three-modes/expected'));

// UPDATE_GOLDEN=1 puts what the program prints into the transcripts, except where the output is cut (`...`), and into the
// tables of commands and exit codes.
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

describe('the transcripts of README.md', () => {
  it('are what the built program prints where there is no kubectl, helm or cluster', { timeout: 120_000 }, () =>
    inFreshFolder((folder) => {
      const path = join(folder, 'path');
      const project = join(folder, 'project');
      mkdirSync(path);
      mkdirSync(project);
      writeFileSync(join(path, 'ingress-tls'), `#!/bin/sh\nexec '${process.execPath}' '${programPath}' "$@"\n`, { mode: 0o755 });
      symlinkSync('/bin/sh', join(path, 'sh'));
      const run = (command: string): readonly string[] => {
        const { stdout } = spawnSync('/bin/sh', ['-c', `{ ${command}\n} 2>&1`], { cwd: project, env: { PATH: path, HOME: folder }, encoding: 'utf8' });
        return stdout.replace(/\n$/, '').split('\n');
      };
      const different: (Step & { readonly actual: readonly string[] })[] = [];
      for (const action of readActions(readme)) {
        if (action.kind === 'new-folder') {
          rmSync(project, { recursive: true });
          mkdirSync(project);
        } else if (action.kind === 'write-file') {
          writeFileSync(join(project, action.name), action.text);
        } else {
          const actual = run(action.command);
          if (!matchesOutput(action.output, actual)) different.push({ ...action, actual });
        }
      }
      const isCut = ({ output }: Step): boolean => output.includes('...');
      if (isUpdate) updateTranscripts(different.filter((step) => !isCut(step)));
      for (const step of isUpdate ? different.filter(isCut) : different) expect(step.actual, `README.md:${String(step.line)}: $ ${step.command}`).toEqual(step.output);
    }));
});

describe('the tables of README.md', () => {
  it('list the commands as --help does', () => {
    const commands = readHelp().map(([name, description]) => [`\`${name}\``, description] as const);
    if (isUpdate) save(replaceRows(readme, ['Command', 'What it does'], commands));
    expect(readTable(readme, 'Command', 'What it does')).toEqual(commands);
  });

  it('list the exit codes as the program has them', () => {
    const codes = exitCodeMeanings.map(([code, meaning]) => [String(code), meaning] as const);
    if (isUpdate) save(replaceRows(readme, ['Code', 'Meaning'], codes));
    expect(readTable(readme, 'Code', 'Meaning')).toEqual(codes);
  });

  it('list every field of ingress-tls.yaml with its default', () => {
    const rows = readTable(readme, 'Field', 'Default', 'Meaning').map(([field, value]) => [field!.replaceAll('`', ''), value!.replaceAll('`', '')] as const);
    const fields = listFields(parse(runProgram(['schema'], { cwd: repository }).stdout) as Schema);
    expect(rows.map(([field]) => field)).toEqual(fields.map(({ name }) => name));
    for (const { name, isRequired, defaultValue } of fields) {
      const shown = rows.find(([field]) => field === name)![1];
      if (isRequired) expect(shown, name).toBe('required');
      else if (defaultValue !== undefined) expect(shown, name).toBe(String(defaultValue));
    }
  });

  it('name every file in certs/, secrets/ and manifests/ of the three modes', () => {
    const places = readTable(readme, 'Place', 'Content').map((cells) => cells.join(' ')).join('\n');
    const certificates = [...expected['certs.txt']!.matchAll(/certs\/([\w-]+\.(?:crt|key))/g)].map(([, name]) => name!);
    const others = Object.keys(expected).filter((path) => /^(secrets|manifests)\//.test(path)).map((path) => path.split('/')[1]!);
    for (const name of [...certificates, ...others]) expect(places).toContain(`\`${name}\``);
    for (const path of Object.keys(expected)) expect(places).toContain(`\`${/^charts\//.test(path) ? 'charts/' : path.replace(/^certs\.txt$/, 'certs/').replace(/^git(?:ignore|attributes)$/, '.$&').replace(/\/.*/, '/')}`);
  });

  it("name every annotation of a mode, with its value, and the pods' Secrets", () => {
    const modes = readTable(readme, 'What', 'terminate (svc7)', 'reencrypt (svc8)', 'passthrough (svc9)');
    const annotations = modes.find(([title]) => title!.startsWith('Ingress, annotations'))!;
    const mounts = modes.find(([title]) => title === 'pod mounts')!;
    for (const [column, chart] of [[1, 'svc7'], [2, 'svc8'], [3, 'svc9']] as const) {
      const values = parse(expected[`charts/${chart}/values.yaml`]!) as ChartValues;
      const written = Object.entries(values.ingress.annotations).map(([key, value]) => `\`${key.replace('nginx.ingress.kubernetes.io/', '')}: ${value}\``);
      expect(annotations[column]).toBe(written.join(', ') || 'none');
      const secrets = [values.tls?.existingSecret, values.clientAuth?.existingSecret].flatMap((name) => (name === undefined ? [] : [`\`${name}\``]));
      expect(mounts[column]).toBe(secrets.join(', ') || 'nothing');
    }
  });
});

describe('the commands of README.md', () => {
  it('are scripts of package.json, word for word', () => {
    const { scripts, version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as { readonly scripts: Record<string, string>; readonly version: string };
    for (const line of ['npm ci && npm run demo', 'npm ci && npm test']) expect(readme).toContain(`\n    ${line}\n`);
    for (const [, script] of readme.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script!]);
    expect(readme).toContain(`ingress-tls-${version}.tgz`);
  });

  it('use files that are there', () => {
    for (const [, target] of readme.matchAll(/\]\((?!#|https?:)([^)]+)\)/g)) expect(() => readFileSync(join(repository, target!)), target).not.toThrow(/ENOENT/);
    const standalone = readme.slice(readme.indexOf('\n## Without this tool'), readme.indexOf('\n## The article of 2018'));
    const manifests = [...standalone.matchAll(/-f manifests\/(\S+)/g)].map(([, file]) => `manifests/${file!}`);
    expect(manifests.sort()).toEqual(Object.keys(expected).filter((path) => path.startsWith('manifests/')).sort());
  });
});

interface ChartValues {
  readonly ingress: { readonly annotations: Readonly<Record<string, string>> };
  readonly tls?: { readonly existingSecret: string };
  readonly clientAuth?: { readonly existingSecret: string };
}

interface Schema {
  readonly default?: string | number | boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

interface Field {
  readonly name: string;
  readonly isRequired: boolean;
  readonly defaultValue: Schema['default'];
}

/** The leaves of a JSON Schema: `controller.nodePort`, `services[].name`. */
function listFields({ properties = {}, required = [] }: Schema, prefix = ''): readonly Field[] {
  return Object.entries(properties).flatMap(([key, value]) => {
    const variants = [value, ...(value.anyOf ?? [])];
    const name = `${prefix}${key}`;
    const section = variants.find((variant) => variant.properties !== undefined);
    if (section !== undefined) return listFields(section, `${name}.`);
    const list = variants.find((variant) => variant.items?.properties !== undefined);
    if (list?.items !== undefined) return listFields(list.items, `${name}[].`);
    return [{ name, isRequired: required.includes(key), defaultValue: value.default }];
  });
}

/** Name and description of each command that --help lists, its broken lines joined. */
function readHelp(): readonly (readonly [string, string])[] {
  const { stdout } = runProgram(['--help'], { cwd: repository });
  const lines = stdout.slice(stdout.indexOf('\nCommands:\n') + '\nCommands:\n'.length, stdout.indexOf('\n\nExamples:')).split('\n');
  const commands: [string, string][] = [];
  for (const line of lines) {
    const [, name, description] = /^ {2}(\S+).*? {2,}(\S.*)$/.exec(line) ?? [];
    const last = commands.at(-1);
    if (name !== undefined && description !== undefined) commands.push([name, description]);
    else if (last !== undefined) last[1] += ` ${line.trim()}`;
  }
  return commands;
}

/** From the last step to the first, so that the lines before keep their numbers. */
function updateTranscripts(steps: readonly (Step & { readonly actual: readonly string[] })[]): void {
  const lines = readme.split('\n');
  for (const { line, output, actual } of [...steps].reverse()) lines.splice(line, output.length, ...actual);
  save(lines.join('\n'));
}

function save(text: string): void {
  readme = text;
  writeFileSync(readmePath, text);
}
