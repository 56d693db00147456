import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeWithTool } from '../support/describe-with.ts';
import { inFreshFolder } from '../support/program.ts';
import { findTool } from '../support/tools.ts';

const demo = fileURLToPath(new URL('../../scripts/demo.js', import.meta.url));

describeWithTool('openssl', 'npm run demo', (openssl) => {
  it('needs only Node and openssl, says what it skips, and leaves nothing', () =>
    inFreshFolder(async (folder) => {
      const { status, output } = runDemo(folder, { openssl });
      expect(status, output).toBe(0);
      for (const line of [
        '$ ingress-tls init',
        '$ ingress-tls add-service svc9 --mode passthrough',
        '$ ingress-tls apply --dry-run',
      ])
        expect(output).toContain(`\n${line}\n`);
      expect(output).toContain('├── certs/\n');
      expect(output).toMatch(/^ *\d+\. kubectl apply .* < manifests\/ic-common\.yaml$/m);
      expect(output).toMatch(
        /^ {2}ok {7}openssl verify -x509_strict -verify_hostname svc9\.example\.test certs\/svc9\.crt$/m,
      );
      expect(output).toMatch(/^ {2}skipped {2}helm lint --strict: no helm on PATH$/m);
      expectHandshakes(output);
      expect(output).toMatch(/\nThe demo passed: \d+ checks, 1 skipped\.\n$/);
      expect(output).not.toMatch(/^ {2}failed/m);
      expect(listTemporary(folder)).toEqual([]);
      await expectClosed(output);
    }));

  it('fails when a check fails, asks helm where there is one, and keeps the project with --keep', () =>
    inFreshFolder((folder) => {
      const refusing = join(folder, 'refusing');
      writeFileSync(
        refusing,
        `#!/bin/sh\ncase $* in *certs/svc8.crt) echo 'error 18' >&2; exit 2;; esac\nexec ${openssl} "$@"\n`,
      );
      chmodSync(refusing, 0o755);
      const helm = findTool('helm');
      const { status, output } = runDemo(
        folder,
        { openssl: refusing, ...(helm === undefined ? {} : { helm }) },
        '--keep',
      );
      expect(status).toBe(1);
      expect(output).toMatch(
        /^ {2}failed {3}openssl verify -x509_strict -verify_hostname ic3-svc8\.default\.svc certs\/svc8\.crt: error 18$/m,
      );
      expectHandshakes(output);
      expect(output).toMatch(/\nThe demo failed: \d of \d+ checks\.\n/);
      if (helm !== undefined) expect(output).toMatch(/^ {2}ok {7}helm lint --strict charts\/svc9$/m);
      const [kept = ''] = listTemporary(folder);
      expect(readdirSync(join(folder, 'tmp', kept, 'project'))).toContain('ingress-tls.yaml');
    }));

  it.each([
    { how: 'Ctrl-C', signal: 'SIGINT', toGroup: true, exitCode: 130 },
    { how: 'a kill', signal: 'SIGTERM', toGroup: false, exitCode: 143 },
  ] as const)(
    'is ended by $how while the preview runs, and leaves neither files nor the preview',
    ({ signal, toGroup, exitCode }) =>
      inFreshFolder(async (folder) => {
        const child = spawn(process.execPath, [demo], {
          env: prepare(folder, { openssl }),
          stdio: ['ignore', 'pipe', 'inherit'],
          detached: true,
        });
        const ended = new Promise((resolve) =>
          child.on('close', (status, ofSignal) => {
            resolve(status ?? ofSignal);
          }),
        );
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          if (!output.includes(verifying) && (output + text).includes(verifying))
            process.kill(toGroup ? -child.pid! : child.pid!, signal);
          output += text;
        });
        expect(await ended, output).toBe(exitCode);
        expect(output).toMatch(/\nThe demo was stopped\.\n$/);
        expect(output).not.toContain(' verified: ');
        expect(listTemporary(folder)).toEqual([]);
        await expectClosed(output);
      }),
  );

  it('says so when openssl is missing', () =>
    inFreshFolder((folder) => {
      const { status, output } = runDemo(folder, {});
      expect(status).toBe(1);
      expect(output).toMatch(/\nThe demo failed: it needs openssl/);
      expect(listTemporary(folder)).toEqual([]);
    }));
});

const verifying = '\n$ ingress-tls verify\n';

/** Three services that hold, the wrong authority found at the one that has it, with its cause, and three that hold again. */
function expectHandshakes(output: string): void {
  const [, first = '', second = '', third = ''] = output.split(/^\$ ingress-tls verify.*\n/m);
  for (const name of ['svc7', 'svc8', 'svc9']) expect(first).toMatch(new RegExp(`^${name} {2}.* {2}holds$`, 'm'));
  expect(first).toContain('\n3 services verified: all hold\n');
  expect(second).toMatch(/^svc8 {2}.* {2}does not hold$/m);
  expect(second.match(/^ {2}FAILED .*$/gm)).toEqual([expect.stringMatching(/ answer +status 502/)]);
  expect(second).toMatch(/^ {10}cause: .*ic3-svc8-upstream-ca/m);
  expect(second).toContain('\n1 of 3 services does not hold\n');
  expect(third).toMatch(/^svc8 {2}.* {2}holds$/m);
  expect(output).toMatch(/^ {2}ok {7}openssl s_client: svc9\.example\.test shows certs\/svc9\.crt$/m);
  expect(output).toMatch(/^ {2}ok {7}the preview ends with 0 and leaves no trace$/m);
}

/** Nothing listens any more where the preview said that it does. */
async function expectClosed(output: string): Promise<void> {
  const port = Number(/in preview on 127\.0\.0\.1:(\d+)$/m.exec(output)?.[1]);
  const refused = new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      reject(new Error(`port ${port} is still open`));
    }).on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code);
    });
  });
  expect(await refused).toBe('ECONNREFUSED');
}

/** Runs the demo to its end. */
function runDemo(
  folder: string,
  programs: Readonly<Record<string, string>>,
  ...args: readonly string[]
): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [demo, ...args], {
    env: prepare(folder, programs),
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** An environment with nothing on PATH but Node and the given programs, and a folder for temporary files of its own. */
function prepare(folder: string, programs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const path = join(folder, 'path');
  mkdirSync(path);
  mkdirSync(join(folder, 'tmp'));
  for (const [name, target] of Object.entries({ ...programs, node: process.execPath }))
    symlinkSync(target, join(path, name));
  return { PATH: path, TMPDIR: join(folder, 'tmp'), KUBECONFIG: '/must/not/be/read' };
}

function listTemporary(folder: string): readonly string[] {
  return readdirSync(join(folder, 'tmp'));
}
