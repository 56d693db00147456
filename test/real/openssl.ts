import { spawnSync } from 'node:child_process';

/** Runs OpenSSL's program in a folder; nothing is thrown. */
export function openssl(
  cwd: string,
  ...args: readonly string[]
): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync('openssl', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (error !== undefined) throw error;
  return { code: status, output: stdout + stderr };
}
