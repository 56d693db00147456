import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { describeWithTool } from '../support/describe-with.ts';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram } from '../support/program.ts';

describe('a hostile name of a service exits 2 and changes nothing', () => {
  it.each([
    ['a path', '../x'],
    ['an underscore', 'a_b'],
    ['64 characters', 'a'.repeat(64)],
    ['template text', '{{ .Values }}'],
    ['a line break', 'a\nmode: terminate'],
    ['an anchor', '&a'],
    ['YAML structure', 'a: b'],
    ['a hexadecimal number', '0x1F'],
    ['letters beyond ASCII', 'münchen'],
    ['an escape code', '\u001b[2J'],
    ['nothing', ''],
  ])('%s', async (title, name) => {
    await inProject(noServices, (project, outside) => {
      const args = ['add-service', '--mode', 'terminate', '--', name];
      const result = runProgram(args, { cwd: project });
      if (title === 'an underscore') expectGolden('error-service-name', args, project, result);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(result.stderr).not.toContain('\u001b');
      expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(noServices);
      expect(existsSync(join(project, 'charts'))).toBe(false);
      expect(readdirSync(outside)).toEqual(['project']);
    });
  });

  it('an option, in its place or behind --', async () => {
    await inProject(noServices, (project) => {
      for (const args of [
        ['add-service', '-o', '--mode', 'terminate'],
        ['add-service', '--mode', 'terminate', '--', '-o'],
      ]) {
        expect(runProgram(args, { cwd: project })).toMatchObject({ exitCode: 2, stdout: '' });
      }
      expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(noServices);
    });
  });
});

describe('a hostile domain exits 2 and writes nothing', () => {
  it.each([
    ['../x'],
    ['*.example.test'],
    ['localhost'],
    ['{{ .Values }}.test'],
    ['example.test\nnamespace: kube-system'],
    ['münchen.example'],
    [''],
  ])('%j', async (domain) => {
    await inFreshFolder((folder) => {
      const args = ['init', '--domain', domain];
      const result = runProgram(args, { cwd: folder });
      if (domain === 'münchen.example') expectGolden('error-domain-beyond-ascii', args, folder, result);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  it('punycode is taken', async () => {
    await inFreshFolder((folder) => {
      expect(
        runProgram(['init', '--domain', 'xn--mnchen-3ya.example', '--key-type', 'ecdsa-p256'], { cwd: folder })
          .exitCode,
      ).toBe(0);
    });
  });
});

describe('every text field of ingress-tls.yaml', () => {
  const hostile = [
    '../x',
    '-o',
    'a\nb',
    '{{ .Values }}',
    '`id`',
    '&anchor',
    '*alias',
    '! tag',
    '# comment',
    '"quote',
    'münchen\u202e',
  ];

  it('refuses hostile text, all at once, each with its place', async () => {
    await inFreshFolder((folder) => {
      const services = hostile.map((text, index) => ({
        name: `a${index}`,
        mode: 'terminate',
        host: text,
        image: text,
      }));
      const config = {
        apiVersion: 'ingress-tls/v1',
        domain: hostile[3],
        namespace: hostile[2],
        controller: { name: hostile[0], namespace: hostile[1], image: hostile[3], sharedWith: [hostile[4]] },
        certificate: { secretName: hostile[0], keyType: hostile[5] },
        services,
      };
      writeFileSync(join(folder, 'ingress-tls.yaml'), stringify(config));
      const { exitCode, stdout, stderr } = runProgram(['render'], { cwd: folder });
      expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
      const places = [
        'domain',
        'namespace',
        'controller.name',
        'controller.namespace',
        'controller.image',
        'certificate.secretName',
        'certificate.keyType',
      ];
      for (const place of places)
        expect(stderr).toMatch(new RegExp(`^ingress-tls\\.yaml:\\d+:\\d+: ${place.replace('.', '\\.')}: `, 'm'));
      for (const index of hostile.keys()) {
        expect(stderr).toMatch(new RegExp(`: services\\[${index}\\]\\.host: `));
        expect(stderr).toMatch(new RegExp(`: services\\[${index}\\]\\.image: `));
      }
      // What is shown of it cannot steer the terminal.
      expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
      expect(readdirSync(folder)).toEqual(['ingress-tls.yaml']);
    });
  });

  const texts = {
    yes: 'yes',
    on: 'on',
    time: '1:30',
    hexadecimal: '0x1F',
    null: '~',
    number: '1e3',
    indicators: '- {a: [b]} # c',
    quotes: `it's "so"`,
    backslash: String.raw`a\nb`,
  };

  it('takes what only looks like something else as text', async () => {
    await inProject(noServices, (project) => {
      const annotations = Object.entries(texts).flatMap(([key, text]) => [
        '--annotation',
        `example.org/${key}=${text}`,
      ]);
      expect(runProgram(['add-service', 'yes', '--mode', 'terminate', ...annotations], { cwd: project }).exitCode).toBe(
        0,
      );
      const config = parse(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8'), { version: '1.1' }) as {
        services: { name: unknown; annotations: unknown }[];
      };
      expect(config.services[0]).toMatchObject({
        name: 'yes',
        annotations: Object.fromEntries(Object.entries(texts).map(([key, text]) => [`example.org/${key}`, text])),
      });
      expect(runProgram(['render'], { cwd: project }).stdout).toMatch(/^unchanged/);
    });
  });

  describeWithTool('helm', 'and helm renders it so', (helm) => {
    it('word for word', async () => {
      await inProject(noServices, (project) => {
        const annotations = Object.entries(texts).flatMap(([key, text]) => [
          '--annotation',
          `example.org/${key}=${text}`,
        ]);
        runProgram(['add-service', 'yes', '--mode', 'terminate', ...annotations], { cwd: project });
        const rendered = execFileSync(helm, ['template', 'ic3-yes', join(project, 'charts/yes')], { encoding: 'utf8' });
        const objects = parseAllDocuments(rendered, { version: '1.1' }).map(
          (document) =>
            document.toJS() as { kind?: string; metadata?: { annotations?: Record<string, unknown> } } | null,
        );
        const ingress = objects.find((object) => object?.kind === 'Ingress');
        for (const [key, text] of Object.entries(texts))
          expect(ingress?.metadata?.annotations?.[`example.org/${key}`]).toBe(text);
      });
    });
  });

  it('an annotation that holds template text is refused', async () => {
    await inProject(noServices, (project) => {
      const { exitCode } = runProgram(
        ['add-service', 'svc7', '--mode', 'terminate', '--annotation', 'example.org/a={{ .Values }}'],
        { cwd: project },
      );
      expect(exitCode).toBe(2);
    });
  });
});
