import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needTool } from './tools.ts';

/** The judge of these tests: OpenSSL's own program in a folder of its own. */
export class OpenSsl {
  readonly folder = mkdtempSync(join(tmpdir(), 'certs-test-'));

  /** Writes a file and returns its path. */
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Runs `openssl` and returns exit code, and both outputs together; without openssl the test is skipped. */
  run(...args: readonly string[]): { readonly code: number | null; readonly output: string } {
    const { status, stdout, stderr } = spawnSync(needTool('openssl'), args, {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return { code: status, output: stdout + stderr };
  }

  /** Like run, for commands that must succeed. */
  output(...args: readonly string[]): string {
    const { code, output } = this.run(...args);
    if (code !== 0) {
      throw new Error(`openssl ${args.join(' ')} failed:\n${output}`);
    }
    return output;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export const spoken = 'said to an echo';

/** What openssl's own client hears of an echo that it speaks to; empty where it is not let in. Names in `identity` are of the project. */
export function sayByOpenSsl(
  project: string,
  address: string,
  host: string,
  identity: readonly string[],
): Promise<string> {
  const verified = ['-CAfile', 'certs/ca.crt', '-verify_hostname', host, '-verify_return_error'];
  const child = spawn(
    needTool('openssl'),
    ['s_client', '-quiet', '-connect', address, '-servername', host, ...verified, ...identity],
    { cwd: project, stdio: ['pipe', 'pipe', 'ignore'] },
  );
  let heard = '';
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${spoken}\n`);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
    child.kill();
  });
  return new Promise((resolve) => {
    child.once('close', () => {
      resolve(heard);
    });
  });
}
