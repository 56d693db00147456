import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { inFreshFolder, runProgram } from '../support/program.ts';

/** Puts a self-signed certificate with a key of its own in the place of a service's. */
function replacePair(project: string, name: string, ...args: readonly string[]): void {
  const [key, certificate] = [join(project, `certs/${name}.key`), join(project, `certs/${name}.crt`)];
  const { status, stderr } = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      certificate,
      ...args,
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
}

describe('graph', () => {
  it.each(['text', 'mermaid', 'svg', 'html'])('draws the three modes as %s, and nothing on stderr', async (format) => {
    await inProject(threeModes, (project) => {
      const args = ['graph', '--format', format];
      const result = runProgram(args, { cwd: project });
      expectGolden(`graph-${format}`, args, project, result);
      expect(result).toMatchObject({ exitCode: 0, stderr: '' });
      if (format === 'text') expect(runProgram(['graph'], { cwd: project })).toEqual(result);
    });
  });

  it('tells which certificates are missing, belong elsewhere or cover another host, and which hop is not verified', async () => {
    await inProject(threeModes, (project) => {
      writeFileSync(
        join(project, 'ingress-tls.yaml'),
        threeModes.replace('certificate:', 'controller:\n  profile: ingress-nginx-0.15\ncertificate:'),
      );
      rmSync(join(project, 'certs/svc9-client.crt'));
      replacePair(
        project,
        'svc8',
        '-subj',
        '/CN=somebody else',
        '-addext',
        'subjectAltName=DNS:ic3-svc8.default.svc',
        '-days',
        '10',
      );
      replacePair(
        project,
        'wildcard',
        '-subj',
        '/CN=<script>',
        '-addext',
        'subjectAltName=DNS:svc7.example.test,DNS:<script>',
        '-days',
        '10',
      );
      const result = runProgram(['graph'], { cwd: project });
      expectGolden('graph-problems', ['graph'], project, result);
      expect(result.exitCode).toBe(0);
      expect(result.stdout.split('\n').filter((line) => Array.from(line).length > 80)).toEqual([]);
      const { stdout } = runProgram(['graph', '--format', 'html'], { cwd: project });
      expect(stdout).toContain('&lt;script&gt;');
      expect(stdout).not.toMatch(/<script/i);
    });
  });

  it('draws before the first render, and touches nothing', async () => {
    await inFreshFolder((folder) => {
      writeFileSync(join(folder, 'ingress-tls.yaml'), threeModes);
      const { exitCode, stdout } = runProgram(['graph'], { cwd: folder });
      expect(exitCode).toBe(0);
      expect(stdout.match(/^certs\/\S+ +!! missing/gm)).toHaveLength(6);
      expect(spawnSync('ls', ['-A', folder], { encoding: 'utf8' }).stdout).toBe('ingress-tls.yaml\n');
    });
  });

  it('draws a controller without services', async () => {
    await inProject(noServices, (project) => {
      const result = runProgram(['graph'], { cwd: project });
      expectGolden('graph-without-services', ['graph'], project, result);
      expect(result.exitCode).toBe(0);
    });
  });

  it('warns when the files cannot become what it draws', async () => {
    await inProject(threeModes, (project) => {
      writeFileSync(
        join(project, 'ingress-tls.yaml'),
        `${threeModes}    annotations:\n      nginx.ingress.kubernetes.io/ssl-passthrough: "false"\n`,
      );
      const { exitCode, stdout, stderr } = runProgram(['graph'], { cwd: project });
      expect(exitCode).toBe(0);
      expect(stdout).toContain('passed on unopened');
      expect(stderr).toMatch(/^warning: .*ssl-passthrough/);
    });
  });

  it('takes no other format', async () => {
    await inProject(noServices, (project) => {
      const result = runProgram(['graph', '--format', 'png'], { cwd: project });
      expectGolden('error-unknown-format', ['graph', '--format', 'png'], project, result);
      expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    });
  });

  it('shows no key', async () => {
    await inProject(threeModes, (project) => {
      const key = readFileSync(join(project, 'certs/svc9.key'), 'utf8').split('\n')[1]!;
      for (const format of ['text', 'mermaid', 'svg', 'html'])
        expect(runProgram(['graph', '--format', format], { cwd: project }).stdout).not.toContain(key);
    });
  });

  it('is explained within 80 columns', async () => {
    await inFreshFolder((folder) => {
      const result = runProgram(['graph', '--help'], { cwd: folder });
      expectGolden('help-graph', ['graph', '--help'], folder, result);
      expect(result.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    });
  });
});
