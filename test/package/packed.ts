import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const leftOut = ['node_modules', 'dist', '.git', '.cache', 'coverage'];

export interface Packed {
  readonly tarball: string;
  /** Paths in the package. */
  readonly files: readonly string[];
}

/**
 * Packs a copy of the working tree, as `npm publish` would: from sources alone, so that the build that other tests run stays
 * untouched and nothing old gets in.
 */
export function pack(work: string): Packed {
  const source = join(work, 'source');
  cpSync(root, source, { recursive: true, filter: (path) => path === root || !leftOut.includes(basename(path)) });
  symlinkSync(join(root, 'node_modules'), join(source, 'node_modules'));
  npm(source, 'pack', '--pack-destination', work);
  const tarball = join(work, readdirSync(work).find((name) => name.endsWith('.tgz')) ?? '');
  const listing = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' });
  return {
    tarball,
    files: listing
      .trim()
      .split('\n')
      .map((path) => path.replace(/^package\//, ''))
      .sort(),
  };
}

/** Installs a package without its development dependencies into a new folder. */
export function install(tarball: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npm(folder, 'install', tarball, '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund');
}

/** Runs npm and returns what it prints; a failure is told with npm's own words. */
export function npm(cwd: string, ...args: readonly string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
