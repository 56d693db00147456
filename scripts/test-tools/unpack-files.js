import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.js';

/**
 * Brings files of an npm package below `package` in a folder. The package is packed, never
 * installed. Throws where a file has not the SHA-256 that is pinned: `files` is path in the package -> SHA-256.
 */
export async function unpackFiles(name, files, folder) {
  const npm = ['pack', '--silent', '--ignore-scripts', '--fetch-retries', '1', '--pack-destination', folder, name];
  await run('npm', npm, { cwd: folder, timeout: 300_000 });
  const tarball = join(
    folder,
    readdirSync(folder).find((file) => file.endsWith('.tgz')),
  );
  for (const [path, wanted] of Object.entries(files)) {
    await run('tar', ['-xzf', tarball, '-C', folder, `package/${path}`]);
    const sum = createHash('sha256')
      .update(readFileSync(join(folder, 'package', path)))
      .digest('hex');
    if (sum !== wanted) throw new Error(`${name} ${path} has SHA-256 ${sum}, not the pinned one`);
  }
  rmSync(tarball);
}
