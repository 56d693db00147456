import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { completeGitignore } from '../../../src/plan/gitignore.ts';

describe('completeGitignore', () => {
  it('keeps a person\'s lines and adds what is missing, once', () => {
    const first = completeGitignore('dist/\n/secrets/');
    expect(first.startsWith('dist/\n/secrets/\n')).toBe(true);
    expect(first.match(/^\/secrets\/$/gm)).toHaveLength(1);
    expect(completeGitignore(first)).toBe(first);
  });

  it('is judged by git: no key and no Secret can be added, certificates and charts can', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-git-'));
    try {
      const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, encoding: 'utf8' });
      git('init', '-q');
      const paths = ['certs/a.key', 'certs/a.crt', 'secrets/s.yaml', 'charts/a/Chart.yaml', '.ingress-tls/state.json', '.ingress-tls/lock', '.ingress-tls/preview.json', '.ingress-tls/verify-deep.json', '.ingress-tls/helm/default.ic3-svc7.json', '.ingress-tls/backup/x/secrets/s.yaml', 'certs/.ingress-tls-12-0123456789abcdef.tmp'];
      for (const path of paths) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), '');
      }
      writeFileSync(join(folder, '.gitignore'), completeGitignore(undefined));
      git('add', '--all');
      expect(git('ls-files').trim().split('\n').sort()).toEqual(['.gitignore', '.ingress-tls/state.json', 'certs/a.crt', 'charts/a/Chart.yaml']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
