import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { run } from '../../test-tools/run.js';

const execute = promisify(execFile);

/**
 * Hands `use` the sources of a Go module (`path@version`) as `{ folder, run }`; `run` is for go with arguments, in them. They
 * are a copy that is removed afterwards. `go install` refuses a module whose go.mod replaces others, as helmfile's does, and
 * the module cache cannot be written.
 */
export async function withSources(module, use) {
  const { Dir: cached } = JSON.parse(await download(module));
  const copies = mkdtempSync(join(tmpdir(), 'ingress-tls-go-'));
  try {
    const folder = join(copies, 'sources');
    cpSync(cached, folder, { recursive: true });
    await use({ folder, run: (args) => run('go', args, { cwd: folder, timeout: 3_600_000, env: environment() }) });
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

async function download(module) {
  try {
    const { stdout } = await execute('go', ['mod', 'download', '-json', module], {
      cwd: tmpdir(),
      env: environment(),
      timeout: 600_000,
    });
    return stdout;
  } catch (error) {
    // With -json go says on stdout why it cannot; the last line is the server's own word, without an address.
    throw new Error(readWhy(error), { cause: error });
  }
}

function readWhy({ code, stdout, message }) {
  if (code === 'ENOENT') return 'go is not here';
  try {
    return JSON.parse(stdout).Error.trim().split('\n').at(-1).trim();
  } catch {
    return message;
  }
}

/** With flags of our own: a person's GOFLAGS may ask for a vendor folder. */
function environment() {
  return { ...process.env, CGO_ENABLED: '0', GOFLAGS: '' };
}
