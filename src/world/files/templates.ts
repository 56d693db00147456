import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Reads the chart templates that ship with the tool; name relative to templates/chart -> text. Never a person's file. */
export function readChartTemplates(packageFolder: string): Readonly<Record<string, string>> {
  const folder = join(packageFolder, 'templates', 'chart');
  return Object.fromEntries(
    listFiles(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}

/** Not `recursive`: entries out of a zip file, as Yarn Plug'n'Play keeps packages, lack their folder (tried, Yarn 4.18.1). */
function listFiles(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = `${below}${entry.name}`;
    return entry.isDirectory() ? listFiles(folder, `${name}/`) : [name];
  });
}

/** Reads the JSON Schema of ingress-tls.yaml that ships with the tool: reading it takes a tenth of making it. */
export function readConfigSchema(packageFolder: string): string {
  return readFileSync(join(packageFolder, 'schema.json'), 'utf8');
}
