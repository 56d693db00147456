import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the chart templates that ship with the tool; name relative to templates/chart -> text. Never a person's file. */
export function readChartTemplates(packageFolder: string): Readonly<Record<string, string>> {
  const folder = join(packageFolder, 'templates', 'chart');
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
    .sort();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Reads the JSON Schema of ingress-tls.yaml that ships with the tool: reading it takes a tenth of making it. */
export function readConfigSchema(packageFolder: string): string {
  return readFileSync(join(packageFolder, 'schema.json'), 'utf8');
}
