import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describeWithTool } from '../support/describe-with.ts';
import { chartText } from './objects.ts';
import { projects, type Project } from './projects.ts';

// Kubernetes' tools read YAML with a Go library that knows the booleans of YAML 1.1, people's editors and scripts with others: each
// must read the same.

const readers = ['helm', 'yaml 1.1', 'yaml 1.2'] as const;
type Reader = (typeof readers)[number];

describeWithTool('helm', 'the YAML of a project', (helm) => {
  it.each(projects)('says the same to every reader: $title', (project) => {
    const texts = textsOf(project);
    const [go, old, current] = readers.map((reader) => read(helm, reader, texts));
    expect(Object.keys(go ?? {}).length).toBeGreaterThan(10);
    expect(go).toEqual(current);
    expect(old).toEqual(current);
  });

  it.each([
    ['a: on\n', ['helm', 'yaml 1.1']],
    ['a: 0123\n', ['helm', 'yaml 1.1']],
    ['a: 1:30\n', ['yaml 1.1']],
    ['a: 2026-11-22\n', ['yaml 1.1']],
  ] as const)('would not, with %j in it', (text, others) => {
    const current = read(helm, 'yaml 1.2', { text });
    expect(
      readers.filter((reader) => JSON.stringify(read(helm, reader, { text })) !== JSON.stringify(current)),
    ).toEqual(others);
  });
});

type Texts = Readonly<Record<string, string>>;

/** All YAML that a project holds, and what helm makes of its charts. */
function textsOf(project: Project): Texts {
  const files = readdirSync(project.folder(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => relative(project.folder(), join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('/templates/'));
  return {
    ...Object.fromEntries(files.map((path) => [path, readFileSync(join(project.folder(), path), 'utf8')])),
    ...Object.fromEntries(project.services.map((service) => [`${service.name} rendered`, chartText(project, service)])),
  };
}

function read(helm: string, reader: Reader, texts: Texts): Readonly<Record<string, unknown>> {
  if (reader === 'helm') return readByHelm(helm, texts);
  const version = reader === 'yaml 1.1' ? '1.1' : '1.2';
  const parse = (text: string): readonly unknown[] =>
    parseAllDocuments(text, { version })
      .map((document) => document.toJS() as unknown)
      .filter((value) => value !== null);
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, parse(text)]));
}

// A chart whose template reads the texts with helm's own functions and prints them as JSON.
const template = `
{{- range $path, $content := .Files.Glob "texts/*" }}
---
path: {{ base $path }}
documents:
  {{- range regexSplit "(?m)^---$" (toString $content) -1 }}
  {{- with fromYaml . }}
  - {{ toJson . | quote }}
  {{- end }}
  {{- end }}
{{- end }}
`;

function readByHelm(helm: string, texts: Texts): Readonly<Record<string, unknown>> {
  const chart = mkdtempSync(join(tmpdir(), 'ingress-tls-reader-'));
  try {
    for (const folder of ['templates', 'texts']) mkdirSync(join(chart, folder));
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: reader\nversion: 0.1.0\n');
    writeFileSync(join(chart, 'templates', 'all.yaml'), template);
    const names = Object.keys(texts);
    for (const [index, name] of names.entries())
      writeFileSync(join(chart, 'texts', `text-${index}`), texts[name] ?? '');
    const output = execFileSync(helm, ['template', 'reader', chart], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const found = parseAllDocuments(output).map(
      (document) => document.toJS() as { readonly path: string; readonly documents: readonly string[] },
    );
    const nameOf = (path: string): string => names[Number(path.slice('text-'.length))] ?? path;
    return Object.fromEntries(
      found.map(({ path, documents }): [string, unknown] => [
        nameOf(path),
        documents.map((json) => JSON.parse(json) as unknown),
      ]),
    );
  } finally {
    rmSync(chart, { recursive: true });
  }
}
