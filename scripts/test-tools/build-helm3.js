import { tmpdir } from 'node:os';
import { fill } from './cache.js';
import { helm3 } from './pins.js';
import { run } from './run.js';

/** Builds helm 3 into the cache; minutes the first time. */
export async function buildHelm3() {
  await fill(helm3.folder, (folder) =>
    // Outside of any Go module, with flags of our own: a person's GOFLAGS may ask for a vendor folder.
    run('go', ['install', '-trimpath', '-ldflags', helm3.linkerFlags, helm3.command], {
      cwd: tmpdir(),
      timeout: 1_800_000,
      env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '' },
    }),
  );
}
