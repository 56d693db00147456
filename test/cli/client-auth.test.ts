import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inProject, noServices } from '../support/prepared-project.ts';
import { runProgram, startProgram } from '../support/program.ts';
import { needTool } from '../support/tools.ts';
import { withPreview } from './preview-run.ts';

/** What is written for a service, without its name and mode. */
function add(project: string, ...args: readonly string[]): unknown {
  const { exitCode, stderr } = runProgram(['add-service', ...args, '--yes'], { cwd: project });
  expect(exitCode, stderr).toBe(0);
  const { services } = parse(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')) as { services: object[] };
  return Object.fromEntries(Object.entries(services.at(-1) ?? {}).filter(([key]) => key !== 'mode'));
}

describe('add-service', () => {
  it('writes what --client-auth says, in the shortest form', async () => {
    await inProject(noServices, (project) => {
      expect(add(project, 'a', '--mode', 'terminate')).toEqual({ name: 'a' });
      expect(add(project, 'b', '--mode', 'terminate', '--client-auth', 'required')).toEqual({
        name: 'b',
        clientAuth: true,
      });
      expect(add(project, 'c', '--mode', 'reencrypt', '--client-auth=optional')).toEqual({
        name: 'c',
        clientAuth: { mode: 'optional' },
      });
      expect(add(project, 'd', '--mode', 'passthrough', '--client-auth', 'off')).toEqual({
        name: 'd',
        clientAuth: false,
      });
      // As before there was a word to give.
      expect(add(project, '--mode', 'passthrough', '--client-auth', 'e')).toEqual({ name: 'e', clientAuth: true });
      expect(add(project, 'f', '--mode', 'passthrough', '--client-auth')).toEqual({ name: 'f', clientAuth: true });
      expect(add(project, 'g', '--mode', 'passthrough', '--no-client-auth')).toEqual({ name: 'g', clientAuth: false });
      const misspelt = runProgram(['add-service', '--mode', 'terminate', '--client-auth', 'optionel'], {
        cwd: project,
      });
      expect([misspelt.exitCode, misspelt.stderr]).toEqual([
        2,
        expect.stringContaining('did you mean --client-auth optional?'),
      ]);
      const wrong = runProgram(['add-service', 'h', '--mode', 'terminate', '--client-auth', 'requird'], {
        cwd: project,
      });
      expect([wrong.exitCode, wrong.stderr]).toEqual([
        2,
        expect.stringContaining('did you mean --client-auth required?'),
      ]);
    });
  });
});

const services = `services:
  - name: required
    mode: terminate
    clientAuth: true
  - name: optional
    mode: terminate
    clientAuth: { mode: optional }
  - name: both
    mode: reencrypt
    clientAuth: { forward: true }
    upstreamClientCertificate: true
  - name: own
    mode: terminate
    clientAuth: { authority: certs/partners.crt }
  - name: annotated
    mode: terminate
    annotations: { nginx.ingress.kubernetes.io/auth-tls-secret: default/ic3-required-client-ca }
  - name: lax
    mode: passthrough
    host: lax.direct.example.test
    clientAuth: { mode: optional }
`;

/** Has a project with all of them, rendered. */
function write(project: string, profile: string): void {
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout partners.key -out certs/partners.crt';
  execFileSync(needTool('openssl'), `req -x509 -days 30 -subj /CN=Partners ${key}`.split(' '), {
    cwd: project,
    stdio: 'ignore',
  });
  writeFileSync(join(project, 'ingress-tls.yaml'), `${noServices}controller:\n  profile: ${profile}\n${services}`);
  const { exitCode, stderr } = runProgram(['render'], { cwd: project });
  expect(exitCode, stderr).toBe(0);
}

interface Report {
  readonly services: readonly {
    readonly service: string;
    readonly checks: readonly { readonly check: string; readonly status: string }[];
  }[];
}

describe.each(['ingress-nginx', 'traefik'])('clients that %s asks for a certificate', (profile) => {
  it('are told apart in preview, as verify and curl see them', { timeout: 120_000 }, async () => {
    await inProject(noServices, async (project) => {
      write(project, profile);
      await withPreview(project, { path: '/nowhere' }, async ({ port }) => {
        const verify = startProgram(['verify', '--json', '--timeout', '30s'], { cwd: project });
        const { exitCode, stdout, stderr } = await verify.ended;
        expect(exitCode, stdout + stderr).toBe(0);
        const found = Object.fromEntries(
          (JSON.parse(stdout) as Report).services.map(({ service, checks }) => [
            service,
            ['answer', ...['none', 'foreign', 'right'].map((each) => `client-certificate-${each}`)].map(
              (wanted) => checks.find(({ check }) => check === wanted)?.status,
            ),
          ]),
        );
        expect(found).toEqual({
          required: ['ok', 'ok', 'ok', 'ok'],
          optional: ['ok', 'ok', 'ok', 'ok'],
          both: ['ok', 'ok', 'ok', 'ok'],
          own: ['skipped', 'ok', 'ok', 'skipped'],
          annotated: ['skipped', 'ok', 'ok', 'skipped'],
          lax: ['ok', 'ok', 'ok', 'ok'],
        });
        const curl = startProgram(['curl', 'both', '--address', `127.0.0.1:${port}`], { cwd: project });
        expect((await curl.ended).stdout).toBe('Hello, I am both for ingress-controller demo!\n');
      });
      const list = runProgram(['list'], { cwd: project }).stdout;
      expect(list).toContain('both       reencrypt, client certificate');
      expect(list).toMatch(/^certs\/partners\.crt +\d{4}-\d\d-\d\d +(?:29|30) days, your own$/m);
      rmSync(join(project, 'certs/partners.crt'));
      expect(runProgram(['list'], { cwd: project }).stdout).toMatch(/^certs\/partners\.crt +missing/m);
      const graph = runProgram(['graph'], { cwd: project }).stdout;
      expect(graph).toContain('TLS, client certificate');
    });
  });
});
