import { execFileSync } from 'node:child_process';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { pageNames, readPage } from '../support/documentation.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the links of README.md and docs/', () => {
  let packed: ReadonlySet<string>;

  beforeAll(() => {
    const [listing] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: root,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    ) as [{ readonly files: readonly { readonly path: string }[] }];
    packed = new Set(listing.files.map(({ path }) => path));
  });

  it.each(pageNames)('of %s lead to files of the package, and to headings that are there', (page) => {
    const broken = readLinks(readPage(page)).filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : posix.join(posix.dirname(page), path);
      return !packed.has(file) || (anchor !== undefined && !listAnchors(readPage(file)).has(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('lead from README.md to every page', () => {
    const reached = readLinks(readPage('README.md')).map((target) => target.replace(/#.*/, ''));
    expect(pageNames.filter((page) => page !== 'README.md' && !reached.includes(page))).toEqual([]);
  });
});

describe('an anchor', () => {
  // By GitHub's rules.
  it.each([
    ['# HTTP/2 and connection reuse', 'http2-and-connection-reuse'],
    ['## verify --json', 'verify---json'],
    ['### `graph`, [drawn](x.md)', 'graph-drawn'],
    ['## Same\n## Same', 'same-1'],
  ])('of %j is %s', (markdown, anchor) => {
    expect(listAnchors(markdown)).toContain(anchor);
  });

  it('is not made of a comment in a block', () => {
    expect(listAnchors('```sh\n# not a heading\n```\n')).toEqual(new Set());
  });
});

/** The targets within the package. */
function readLinks(markdown: string): readonly string[] {
  return [...withoutBlocks(markdown).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** What GitHub calls the headings of a page: small letters, no punctuation, a hyphen for each space, numbers from the second of a name on. */
function listAnchors(markdown: string): ReadonlySet<string> {
  const names = [...withoutBlocks(markdown).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) =>
    heading!
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
  return new Set(
    names.map((name, index) => {
      const before = names.slice(0, index).filter((other) => other === name).length;
      return before === 0 ? name : `${name}-${before}`;
    }),
  );
}

function withoutBlocks(markdown: string): string {
  return markdown.replaceAll(/^ *```.*\n[^]*?^ *```$/gm, '');
}
