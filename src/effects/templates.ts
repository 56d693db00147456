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
