import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exitCodeMeanings } from '../../src/errors.ts';
import { withPreview } from '../cli/preview-run.ts';
import { pageNames, readPage } from '../support/documentation.ts';
import { inFreshFolder, programPath, runProgram } from '../support/program.ts';
import { matchesOutput, readActions, readTable, replaceRows, type Action, type Step } from './page-blocks.ts';
import { readSnapshot } from './project-snapshot.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const expected = readSnapshot(join(repository, 'examples/three-modes/expected'));

// UPDATE_GOLDEN=1 puts what the program prints into the transcripts, except where the output is cut (`...`), and into the
// tables of commands and exit codes.
const isUpdate = process.env['UPDATE_GOLDEN'] === '1';

type Ran = Step & { readonly actual: readonly string[] };

describe.each(pageNames)('the transcripts of %s', (page) => {
  it('are what the built program prints where there is no kubectl, helm or cluster', { timeout: 120_000 }, () =>
    inFreshFolder(async (folder) => {
      const path = join(folder, 'path');
      const project = join(folder, 'project');
      mkdirSync(path);
      mkdirSync(project);
      writeFileSync(join(path, 'ingress-tls'), `#!/bin/sh\nexec '${process.execPath}' '${programPath}' "$@"\n`, {
        mode: 0o755,
      });
      symlinkSync('/bin/sh', join(path, 'sh'));
      const actions = readActions(readPage(page));
      const ran = await runActions(actions, project, path);
      // Nothing on the way is left out, and a page may hold no command.
      expect(ran.map(({ command }) => command)).toEqual(
        actions.flatMap((action) => (action.kind === 'run' ? [action.command] : [])),
      );
      const different = ran.filter(
        ({ output, actual }) => !matchesOutput(output.map(hideVarying), actual.map(hideVarying)),
      );
      const isCut = ({ output }: Step): boolean => output.includes('...');
      if (isUpdate)
        updateTranscripts(
          page,
          different.filter((step) => !isCut(step)),
        );
      for (const step of isUpdate ? different.filter(isCut) : different)
        expect(step.actual, `${page}:${String(step.line)}: $ ${step.command}`).toEqual(step.output);
    }),
  );
});

/** Does what a page says in a project folder, with the programs of one other folder alone; returns what its commands printed. */
async function runActions(actions: readonly Action[], project: string, path: string): Promise<readonly Ran[]> {
  const ran: Ran[] = [];
  const run = (command: string): readonly string[] => {
    const { stdout } = spawnSync('/bin/sh', ['-c', `{ ${command}\n} 2>&1`], {
      cwd: project,
      env: { PATH: path, HOME: join(project, '..') },
      encoding: 'utf8',
    });
    return stdout.replace(/\n$/, '').split('\n');
  };
  for (const [index, action] of actions.entries()) {
    switch (action.kind) {
      case 'new-folder':
        rmSync(project, { recursive: true });
        mkdirSync(project);
        break;
      case 'continue':
        await runActions(readActions(readPage(action.page)), project, path);
        break;
      case 'write-file':
        writeFileSync(join(project, action.name), action.text);
        break;
      case 'run':
        if (action.command === 'ingress-tls preview')
          return [...ran, ...(await runWithPreview(action, actions.slice(index + 1), project, path))];
        ran.push({ ...action, actual: run(action.command) });
    }
  }
  return ran;
}

/** As a person has it who leaves `ingress-tls preview` running in another terminal. Its port is any that is free. */
function runWithPreview(step: Step, rest: readonly Action[], project: string, path: string): Promise<readonly Ran[]> {
  return withPreview(project, { args: [], path }, async ({ port, stdout }) => {
    const ran = [{ ...step, actual: stdout().trimEnd().split('\n') }, ...(await runActions(rest, project, path))];
    return ran.map((each) => ({
      ...each,
      actual: each.actual.map((line) => line.replaceAll(`127.0.0.1:${port}`, '127.0.0.1:30092')),
    }));
  });
}

/** Each run makes keys of its own, and has its own day. */
function hideVarying(line: string): string {
  return line.replaceAll(/\bSHA-256 [0-9a-f]{12}\b/g, 'SHA-256 DIGEST').replaceAll(/\b\d{4}-\d\d-\d\d\b/g, 'DATE');
}

describe('the tables', () => {
  it('list the commands as --help does', () => {
    const commands = readHelp().map(([name, description]) => [`\`${name}\``, description] as const);
    if (isUpdate) save('README.md', replaceRows(readPage('README.md'), ['Command', 'What it does'], commands));
    expect(readTable(readPage('README.md'), 'Command', 'What it does')).toEqual(commands);
  });

  it('list the exit codes as the program has them', () => {
    const codes = exitCodeMeanings.map(([code, meaning]) => [String(code), meaning] as const);
    if (isUpdate) save('docs/scripts.md', replaceRows(readPage('docs/scripts.md'), ['Code', 'Meaning'], codes));
    expect(readTable(readPage('docs/scripts.md'), 'Code', 'Meaning')).toEqual(codes);
  });

  it('list the members of JSON documents', () =>
    inFreshFolder((project) => {
      const rows = readTable(readPage('docs/scripts.md'), 'Command', 'Members of the document');
      for (const command of ['init', 'add-service', 'render', 'list', 'doctor', 'apply --dry-run', 'remove-service']) {
        const [, members] = rows.find(([names]) => names!.split(', ').includes(`\`${command}\``))!;
        const more =
          command === 'add-service' ? ['svc7', '--mode', 'terminate'] : command === 'remove-service' ? ['svc7'] : [];
        const { stdout } = runProgram([...command.split(' '), ...more, '--json'], {
          cwd: project,
          env: { PATH: project },
        });
        expect(members!.split(', '), command).toEqual(
          Object.keys(JSON.parse(stdout) as object).map((name) => `\`${name}\``),
        );
      }
    }));

  it('list every field of ingress-tls.yaml with its default', () => {
    const rows = readTable(readPage('docs/configuration.md'), 'Field', 'Default', 'Meaning').map(
      ([field, value]) => [field!.replaceAll('`', ''), value!.replaceAll('`', '')] as const,
    );
    const fields = listFields(parse(runProgram(['schema'], { cwd: repository }).stdout) as Schema);
    expect(rows.map(([field]) => field)).toEqual(fields.map(({ name }) => name));
    for (const { name, isRequired, defaultValue } of fields) {
      const shown = rows.find(([field]) => field === name)![1];
      if (isRequired) expect(shown, name).toBe('required');
      else if (defaultValue !== undefined) expect(shown, name).toBe(String(defaultValue));
    }
  });

  it('name every file in certs/, secrets/ and manifests/ of the three modes', () => {
    const places = readTable(readPage('docs/configuration.md'), 'Place', 'Content')
      .map((cells) => cells.join(' '))
      .join('\n');
    const certificates = [...expected['certs.txt']!.matchAll(/certs\/([\w-]+\.(?:crt|key))/g)].map(([, name]) => name!);
    const others = Object.keys(expected)
      .filter((path) => /^(secrets|manifests)\//.test(path))
      .map((path) => path.split('/')[1]!);
    for (const name of [...certificates, ...others]) expect(places).toContain(`\`${name}\``);
    for (const path of Object.keys(expected))
      expect(places).toContain(
        `\`${
          /^charts\//.test(path)
            ? 'charts/'
            : path
                .replace(/^certs\.txt$/, 'certs/')
                .replace(/^git(?:ignore|attributes)$/, '.$&')
                .replace(/\/.*/, '/')
        }`,
      );
  });

  it("name every annotation of a mode, with its value, and the pods' Secrets", () => {
    const modes = readTable(
      readPage('docs/modes.md'),
      'What',
      'terminate (svc7)',
      'reencrypt (svc8)',
      'passthrough (svc9)',
    );
    const annotations = modes.find(([title]) => title!.startsWith('Ingress, annotations'))!;
    const mounts = modes.find(([title]) => title === 'pod mounts')!;
    for (const [column, chart] of [
      [1, 'svc7'],
      [2, 'svc8'],
      [3, 'svc9'],
    ] as const) {
      const values = parse(expected[`charts/${chart}/values.yaml`]!) as ChartValues;
      const written = Object.entries(values.ingress.annotations).map(
        ([key, value]) => `\`${key.replace('nginx.ingress.kubernetes.io/', '')}: ${value}\``,
      );
      expect(annotations[column]).toBe(written.join(', ') || 'none');
      const secrets = [values.tls?.existingSecret, values.clientAuth?.existingSecret].flatMap((name) =>
        name === undefined ? [] : [`\`${name}\``],
      );
      expect(mounts[column]).toBe(secrets.join(', ') || 'nothing');
    }
  });
});

describe('the commands', () => {
  it('of README.md to install and to test are lines of their own', () => {
    for (const line of ['npm ci', 'npm ci && npm run demo', 'npm ci && npm test'])
      expect(readPage('README.md')).toContain(`\n${line}\n`);
    for (const command of ['init', 'add-service --mode passthrough', 'apply'])
      expect(readPage('README.md')).toContain(`\ningress-tls ${command}\n`);
  });

  it.each(pageNames)('of npm in %s are scripts of package.json', (page) => {
    const { scripts, version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
      readonly scripts: Record<string, string>;
      readonly version: string;
    };
    const namesOf = (pattern: RegExp): readonly string[] =>
      [...readPage(page).matchAll(pattern)].map(([, name]) => name!);
    expect(namesOf(/npm run ([\w:]+)/g).filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
    expect(namesOf(/ingress-tls-([\d.]+)\.tgz/g).filter((packed) => packed !== version)).toEqual([]);
  });

  it('without this tool name every file in manifests/', () => {
    const manifests = [...readPage('docs/without-ingress-tls.md').matchAll(/-f manifests\/(\S+)/g)].map(
      ([, file]) => `manifests/${file!}`,
    );
    expect(manifests.sort()).toEqual(
      Object.keys(expected)
        .filter((path) => path.startsWith('manifests/'))
        .sort(),
    );
  });
});

describe('the files', () => {
  it('of the article are those of its example', () => {
    const files = readActions(readPage('docs/article-2018.md')).flatMap((action) =>
      action.kind === 'write-file' ? [action.text] : [],
    );
    expect(files).toEqual([readFileSync(join(repository, 'examples/article-2018/ingress-tls.yaml'), 'utf8')]);
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
  const lines = stdout
    .slice(stdout.indexOf('\nCommands:\n') + '\nCommands:\n'.length, stdout.indexOf('\n\nExamples:'))
    .split('\n');
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
function updateTranscripts(page: string, steps: readonly Ran[]): void {
  const lines = readPage(page).split('\n');
  for (const { line, output, actual } of [...steps].reverse()) lines.splice(line, output.length, ...actual);
  save(page, lines.join('\n'));
}

function save(page: string, text: string): void {
  writeFileSync(join(repository, page), text);
}
