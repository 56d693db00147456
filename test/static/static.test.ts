import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

// The later tiers run what `build` leaves in dist/.
it.each(['build', 'typecheck', 'lint'])('npm run %s', async (script) => {
  await promisify(execFile)('npm', ['run', '--silent', script], { cwd: root, maxBuffer: 1 << 24 }).catch((error: unknown) => {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`npm run ${script} failed:\n${stdout}${stderr}`);
  });
});
