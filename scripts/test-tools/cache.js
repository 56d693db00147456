import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where test tools are kept: a folder that all clones share, then the clone's own for homes that cannot be written. */
export function cacheFolders() {
  return [
    process.env.INGRESS_TLS_TEST_CACHE || join(homedir(), '.cache', 'ingress-tls-test'),
    fileURLToPath(new URL('../../.cache/tools', import.meta.url)),
  ];
}

/**
 * Fills the cache's folder `name` by calling `make` with an empty folder beside it, which then takes that name in one
 * step: another run sees all of it or nothing, and of two runs at once either result serves both.
 */
export async function fill(name, make) {
  const work = workFolder();
  try {
    const made = join(work, name);
    mkdirSync(made);
    await make(made);
    const place = join(work, '..', name);
    try {
      renameSync(made, place);
    } catch (error) {
      if (!existsSync(place)) throw error;
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function workFolder() {
  let refusal;
  for (const cache of cacheFolders()) {
    try {
      mkdirSync(cache, { recursive: true });
      return mkdtempSync(join(cache, '.work-'));
    } catch (error) {
      refusal = error;
    }
  }
  throw refusal;
}
