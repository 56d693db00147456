import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseHelmIgnore } from '../../../src/kube/helm-ignore.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';

/** .helmignore and files of a chart; helm is asked which of them a package holds. */
const charts: readonly (readonly [title: string, rules: string, files: readonly string[]])[] = [
  [
    'what we generate',
    readFileSync(new URL('../../../templates/chart/.helmignore.ejs', import.meta.url), 'utf8'),
    [
      '.DS_Store',
      'templates/.DS_Store',
      'templates/.deployment.yaml.swp',
      'values.yaml~',
      'a.swp',
      'a.swpx',
      '.idea/x',
      'templates/.idea/x',
      'deep/.vscode/a/b',
      '.ideas/x',
      'ca.key',
      'deep/ca.key',
      '.hidden',
      'deep/.hidden',
      'templates/.hidden/a',
      'templates/tests/.hidden',
      '#a#',
      'templates/#a#',
    ],
  ],
  ['no rule', '', ['.DS_Store', 'templates/.a', 'templates/deep/.a', 'templates/..a', 'templates/.']],
  [
    'folders',
    'docs/\n/only/\ndeep/down/\nfile\n',
    [
      'docs/a',
      'a/docs/b',
      'only/a',
      'a/only/b',
      'deep/down/a',
      'a/deep/down/b',
      'file',
      'a/file',
      'file.txt',
      'x/docs',
    ],
  ],
  ['a negation', '!*.yaml\n', ['a.yaml', 'a.txt']],
  [
    'stars and marks',
    '*.t?t\n/a*b\nx/*/y\n',
    ['a.txt', 'a.tt', 'a.t/t', 'ab', 'a/b', 'aXb', 'd/aXb', 'x/1/y', 'x/1/2/y', 'x/3/y/z'],
  ],
  [
    'classes and escapes',
    '[ab]1\n[^ab]2\n[a-c]3\n\\*4\n[\\]x]5\n[a\\-c]6\nü[ä-ö]\n.7\n',
    ['a1', 'c1', 'a2', 'c2', 'b3', 'd3', '*4', 'x4', ']5', 'x5', 'y5', '-6', 'b6', 'üö', 'üx', 'x7', '.7'],
  ],
  ['space, comments and line ends', '\uFEFF*.one  \r\n  # *.two\r\n\t*.three\r\n', ['a.one', 'a.two', 'a.three']],
];

describe.each(['helm', 'helm3'] as const)('%s', (tool) => {
  describeWithTool(tool, 'leaves the same files out', (helm) => {
    it.each(charts)('by %s', (_title, rules, files) => {
      const root = makeTemporaryFolder();
      const all = ['Chart.yaml', ...files.filter((path) => !path.endsWith('/.'))];
      for (const path of all) {
        const full = join(root, 'c', path);
        mkdirSync(dirname(full), { recursive: true });
        writeFileSync(full, path === 'Chart.yaml' ? 'apiVersion: v2\nname: c\nversion: 0.1.0\n' : 'a: 1\n');
      }
      writeFileSync(join(root, 'c/.helmignore'), rules);
      const { status, stderr } = spawnSync(helm, ['package', 'c', '--destination', '.'], {
        cwd: root,
        encoding: 'utf8',
      });
      expect({ status, stderr }).toMatchObject({ status: 0 });
      const packed = spawnSync('tar', ['-tzf', 'c-0.1.0.tgz', '--quoting-style=literal'], {
        cwd: root,
        encoding: 'utf8',
      })
        .stdout.trim()
        .split('\n')
        .map((path) => path.slice('c/'.length));
      const isLeftOut = parseHelmIgnore(rules);
      const wanted = [...all, '.helmignore'].filter((path) => !isLeftOut(path));
      expect(wanted.sort()).toEqual(packed.sort());
    });
  });
});

describe('a rule that helm refuses with the whole chart', () => {
  it.each(['a**', '[', '[]', '[z-a]', 'a\\'])('%s leaves nothing out', (rule) => {
    const isLeftOut = parseHelmIgnore(`${rule}\n*.swp\n`);
    expect([isLeftOut('a'), isLeftOut('b/a'), isLeftOut('a.swp')]).toEqual([false, false, true]);
  });
});
