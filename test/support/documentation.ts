import { readdirSync, readFileSync } from 'node:fs';

const repository = new URL('../../', import.meta.url);

/** What a person reads: the names, from the repository's folder, of README.md and of every page in docs/. */
export const pageNames: readonly string[] = [
  'README.md',
  ...readdirSync(new URL('docs', repository))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`),
];

/** The text of a page of documentation. */
export function readPage(name: string): string {
  return readFileSync(new URL(name, repository), 'utf8');
}
