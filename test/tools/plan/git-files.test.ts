import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeGitFiles } from '../../../src/project/git-files.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { makeTemporaryFolder } from '../../support/effects/stand-in.ts';

function complete(path: string, current?: string): string {
  const found = completeGitFiles(new Map(current === undefined ? [] : [[path, current]])).find(
    (file) => file.path === path,
  );
  if (found === undefined) throw new Error(`${path} is none of them`);
  return found.content;
}

/** A repository with the files of git that a project has, and these files. */
function startRepository(files: Readonly<Record<string, string>>): (...args: string[]) => string {
  const folder = makeTemporaryFolder();
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
  git('init', '-q');
  for (const { path, content } of completeGitFiles(new Map())) writeFileSync(join(folder, path), content);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git('add', '--all');
  return git;
}

describe('completeGitFiles', () => {
  it.each([
    ['.gitignore', '/secrets/'],
    ['.gitattributes', '/manifests/** text eol=lf'],
  ])("%s: keeps a person's lines and adds what is missing, once", (path, line) => {
    for (const lineEnd of ['\n', '\r\n']) {
      const mine = `mine${lineEnd}${line}`;
      const first = complete(path, mine);
      expect(first.startsWith(mine + lineEnd)).toBe(true);
      expect(first.split(lineEnd).filter((each) => each === line)).toHaveLength(1);
      expect(first.replaceAll(lineEnd, '')).not.toMatch(/[\r\n]/);
      expect(complete(path, first)).toBe(first);
    }
  });
});

describeWithTool('git', 'git', () => {
  it('takes no key and no Secret, but certificates and charts', () => {
    const paths = [
      'certs/a.key',
      'certs/a.crt',
      'secrets/s.yaml',
      'charts/a/Chart.yaml',
      '.ingress-tls/state.json',
      '.ingress-tls/lock',
      '.ingress-tls/preview.json',
      '.ingress-tls/verify-deep.json',
      '.ingress-tls/helm/default.ic3-svc7.json',
      '.ingress-tls/backup/x/secrets/s.yaml',
      'certs/.ingress-tls-12-0123456789abcdef.tmp',
    ];
    const git = startRepository(Object.fromEntries(paths.map((path) => [path, ''])));
    expect(git('ls-files').trim().split('\n').sort()).toEqual([
      '.gitattributes',
      '.gitignore',
      '.ingress-tls/state.json',
      'certs/a.crt',
      'charts/a/Chart.yaml',
    ]);
  });

  it("gives what is generated the same line ends everywhere, and leaves a person's files alone", () => {
    const generated = [
      'certs/a.crt',
      'charts/a/.helmignore',
      'charts/a/templates/_helpers.tpl',
      'manifests/a.yaml',
      'schema.json',
      '.ingress-tls/state.json',
    ];
    const others = ['ingress-tls.yaml', 'mine.md', 'docs/manifests/a.yaml', 'charts/a/icon.png'];
    const git = startRepository(
      Object.fromEntries([...generated, ...others].map((path) => [path, path.endsWith('.png') ? 'P\0\r\n' : 'a\r\n'])),
    );
    const stored = git('ls-files', '--eol')
      .trim()
      .split('\n')
      .map((line) => ({ path: line.split('\t')[1], inIndex: line.split(/\s+/)[0] }));
    for (const path of generated) expect(stored).toContainEqual({ path, inIndex: 'i/lf' });
    for (const path of others)
      expect(stored).toContainEqual({ path, inIndex: path.endsWith('.png') ? 'i/-text' : 'i/crlf' });
  });
});
