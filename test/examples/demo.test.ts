import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inFreshFolder } from '../support/program.ts';
import { findTool } from '../support/tools.ts';

const demo = fileURLToPath(new URL('../../scripts/demo.js', import.meta.url));
const openssl = execFileSync('sh', ['-c', 'command -v openssl'], { encoding: 'utf8' }).trim();

describe('npm run demo', () => {
  it('needs only Node and openssl, says what it skips, and leaves nothing', () =>
    inFreshFolder((folder) => {
      const { status, output } = runDemo(folder, { openssl });
      expect(status, output).toBe(0);
      for (const line of ['$ ingress-tls init', '$ ingress-tls add-service svc9 --mode passthrough', '$ ingress-tls apply --dry-run']) expect(output).toContain(`\n${line}\n`);
      expect(output).toContain('├── certs/\n');
      expect(output).toMatch(/^\d+\. kubectl apply .* < manifests\/ic-common\.yaml$/m);
      expect(output).toMatch(/^ {2}ok {7}openssl verify -x509_strict -verify_hostname svc9\.example\.test certs\/svc9\.crt$/m);
      expect(output).toMatch(/^ {2}skipped {2}helm lint --strict: no helm on PATH$/m);
      expect(output).toMatch(/\nThe demo passed: \d+ checks, 1 skipped\.\n$/);
      expect(output).not.toMatch(/^ {2}failed/m);
      expect(listTemporary(folder)).toEqual([]);
    }));

  it('fails when a check fails, asks helm where there is one, and keeps the project with --keep', () =>
    inFreshFolder((folder) => {
      const refusing = join(folder, 'refusing');
      writeFileSync(refusing, `#!/bin/sh\ncase $* in *certs/svc8.crt) echo 'error 18' >&2; exit 2;; esac\nexec ${openssl} "$@"\n`);
      chmodSync(refusing, 0o755);
      const helm = findTool('helm');
      const { status, output } = runDemo(folder, { openssl: refusing, ...(helm === undefined ? {} : { helm }) }, '--keep');
      expect(status).toBe(1);
      expect(output).toMatch(/^ {2}failed {3}openssl verify -x509_strict -verify_hostname ic3-svc8\.default\.svc certs\/svc8\.crt: error 18$/m);
      expect(output).toMatch(/\nThe demo failed: \d of \d+ checks\.\n/);
      if (helm !== undefined) expect(output).toMatch(/^ {2}ok {7}helm lint --strict charts\/svc9$/m);
      const [kept = ''] = listTemporary(folder);
      expect(readdirSync(join(folder, 'tmp', kept, 'project'))).toContain('ingress-tls.yaml');
    }));

  it('says so when openssl is missing', () =>
    inFreshFolder((folder) => {
      const { status, output } = runDemo(folder, {});
      expect(status).toBe(1);
      expect(output).toMatch(/\nThe demo failed: it needs openssl/);
      expect(listTemporary(folder)).toEqual([]);
    }));
});

/** Runs the demo with nothing on PATH but Node and the given programs, and a folder for temporary files of its own. */
function runDemo(folder: string, programs: Readonly<Record<string, string>>, ...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const path = join(folder, 'path');
  mkdirSync(path);
  mkdirSync(join(folder, 'tmp'));
  for (const [name, target] of Object.entries({ ...programs, node: process.execPath })) symlinkSync(target, join(path, name));
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo, ...args], {
    env: { PATH: path, TMPDIR: join(folder, 'tmp'), KUBECONFIG: '/must/not/be/read' },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

function listTemporary(folder: string): readonly string[] {
  return readdirSync(join(folder, 'tmp'));
}
