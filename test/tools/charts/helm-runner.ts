import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { ChartFile } from '../../../src/charts/chart.ts';

export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
  readonly [key: string]: unknown;
}

/** Calls `use` with the folder of a chart that is there for as long. */
export function withChart<Result>(files: readonly ChartFile[], use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-chart-'));
  try {
    for (const { path, content } of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What helm says and how it ends; nothing is thrown. */
export function runHelm(
  helm: string,
  args: readonly string[],
): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(helm, args, { encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

/** The objects that helm makes of a chart, keyed by kind; a chart has one of each kind, and the test's pod. */
export function templateChart(
  helm: string,
  folder: string,
  release: string,
  ...options: readonly string[]
): ReadonlyMap<string, RenderedObject> {
  const objects = templateDocuments(helm, folder, release, ...options);
  return new Map(objects.map((object) => [object.kind, object]));
}

/** All documents that helm makes of a chart; text that is no YAML throws. */
export function templateDocuments(
  helm: string,
  folder: string,
  release: string,
  ...options: readonly string[]
): readonly RenderedObject[] {
  return parseAllDocuments(templateText(helm, folder, release, ...options)).map((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('\n'));
    return document.toJS() as RenderedObject;
  });
}

const readingChart: readonly ChartFile[] = [
  { path: 'Chart.yaml', content: 'apiVersion: v2\nname: reader\nversion: 0.1.0\n' },
  {
    path: 'templates/documents.yaml',
    content:
      '{{- range (regexSplit "(?m)^---$" (.Files.Get "rendered.yaml") -1) }}\n---\n{{ fromYaml . | toJson }}\n{{- end }}\n',
  },
];

/**
 * The same, read by the YAML library that helm and Kubernetes share, for text of every kind: no reader in JavaScript takes the
 * same bare words for numbers (`.` and 1e30123 are strings in Go).
 */
export function templateDocumentsReadByGo(helm: string, folder: string, release: string): readonly RenderedObject[] {
  const rendered = templateText(helm, folder, release);
  return withChart([...readingChart, { path: 'rendered.yaml', content: rendered }], (reader) =>
    templateText(helm, reader, 'reader')
      .split('\n')
      .filter((line) => line.startsWith('{') && line !== '{}')
      .map((line) => JSON.parse(line) as RenderedObject),
  );
}

function templateText(helm: string, folder: string, release: string, ...options: readonly string[]): string {
  return execFileSync(helm, ['template', release, folder, '--namespace', 'default', ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
