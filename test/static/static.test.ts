import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

// The later tiers run what `build` leaves in dist/.
it.concurrent.for(['build', 'typecheck', 'lint', 'format:check', 'unused'])(
  'npm run %s',
  async (script, { expect }) => {
    const run = promisify(execFile)('npm', ['run', '--silent', script], { cwd: root, maxBuffer: 1 << 24 });
    const said = await run.then(
      () => '',
      (failure: unknown) => {
        const { stdout, stderr, message } = failure as { stdout: string; stderr: string; message: string };
        return stdout + stderr || message;
      },
    );
    expect(said).toBe('');
  },
);
