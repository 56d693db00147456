import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inProject } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { withPreview } from './preview-run.ts';

const host = 'app.example.test';
const project = (profile: string): string => `apiVersion: ingress-tls/v1
domain: example.test
controller: {profile: ${profile}}
certificate: {keyType: ecdsa-p256}
services:
  - {name: web, mode: terminate, host: ${host}}
  - {name: api, mode: reencrypt, host: ${host}, paths: [{path: /api}, {path: /status.of.today, type: Exact}]}
  - {name: mutual, mode: reencrypt, upstreamClientCertificate: true, host: ${host}, paths: [{path: /api/mutual}]}
  - name: dash
    mode: terminate
    host: ${host}
    service: {name: dashboard, port: http}
    paths: [{path: /dash}, {path: /metrics, port: 9090}, {path: /images, service: {name: cache, port: 80}}]
`;
const greeting = (service: string): string => `Hello, I am ${service} for ingress-controller demo! 200`;
const standIn = (service: string): string =>
  `Hello, I am a demo backend of ingress-tls preview in place of Service default/${service}. 200`;

async function ask(folder: string, port: number, path: string): Promise<string> {
  const url = `https://${host}:${port}${path}`;
  const trust = ['--resolve', `${host}:${port}:127.0.0.1`, '--cacert', 'certs/wildcard.crt'];
  const args = ['--silent', '--path-as-is', '--max-time', '30', ...trust, '--write-out', ' %{http_code}', url];
  const { stdout } = await promisify(execFile)('curl', args, { cwd: folder });
  return stdout.replaceAll(/\s+/g, ' ');
}

describe.concurrent.each(['ingress-nginx', 'traefik'])('services that share a host, with profile %s', (profile) => {
  it('answer at their own paths in preview, are all proven, and asked there by curl', async () => {
    await inProject(project(profile), async (folder) => {
      await withPreview(folder, { path: '/no-such-folder' }, async ({ port, events }) => {
        const expected = {
          '/': greeting('web'),
          '/apis': greeting('web'),
          '/api': greeting('api'),
          '/api?x': greeting('api'),
          '/api/v1': greeting('api'),
          '/api/mutual/': greeting('mutual'),
          '/status.of.today': greeting('api'),
          '/status.of.today/x': greeting('web'),
          '/x/..//api/./mutual': greeting('mutual'),
          // nginx decodes before it compares, and Traefik never decodes a slash.
          '/api%2Fmutual': greeting(profile === 'traefik' ? 'web' : 'mutual'),
          '/dash/x': standIn('dashboard, port http'),
          '/metrics': standIn('dashboard, port 9090'),
          '/images': standIn('cache'),
        };
        const paths = Object.keys(expected);
        const answers = await Promise.all(paths.map((path) => ask(folder, port, path)));
        expect(Object.fromEntries(paths.map((path, index) => [path, answers[index]]))).toEqual(expected);
        expect(events()[0]).toMatchObject({
          services: [{ name: 'web' }, { url: `https://${host}:${port}/api` }, { name: 'mutual' }, { name: 'dash' }],
        });

        const verified = runProgram(['verify'], { cwd: folder });
        expect(verified.exitCode, verified.stdout + verified.stderr).toBe(0);
        const deep = runProgram(['verify', '--deep', 'api'], { cwd: folder });
        expect(deep.exitCode, deep.stdout + deep.stderr).toBe(0);
        const asked = runProgram(['curl', 'mutual'], { cwd: folder });
        expect(asked.stdout.trim(), asked.stderr).toBe('Hello, I am mutual for ingress-controller demo!');
      });
    });
  });

  it('are told apart where a path has gone to another', async () => {
    await inProject(project(profile), async (folder) => {
      const file = join(folder, 'ingress-tls.yaml');
      await withPreview(folder, { path: '/no-such-folder' }, async ({ event }) => {
        writeFileSync(file, readFileSync(file, 'utf8').replace('[{path: /api/mutual}]', '[{path: /elsewhere}]'));
        await event('reloaded');
        const { exitCode, stderr } = runProgram(['verify', 'mutual', '--path', '/api/mutual'], { cwd: folder });
        expect([exitCode, stderr]).toEqual([
          2,
          expect.stringMatching(/not a path of mutual: api has it[^]*\/elsewhere/),
        ]);
        expect(runProgram(['verify', 'mutual'], { cwd: folder }).exitCode).toBe(0);
      });
    });
  });
});

describe('programs of which nothing is known', () => {
  const image = 'image: registry.example.test/program:1';
  const services = (...lines: readonly string[]): string =>
    `apiVersion: ingress-tls/v1\ndomain: example.test\ncertificate: {keyType: ecdsa-p256}\nservices:\n${lines.map((line) => `  - {${line}, mode: terminate, host: ${host}}\n`).join('')}`;

  it('are not said to have answered where another would have in their place', async () => {
    const config = services(`name: v1, ${image}, paths: [{path: /v1}]`, `name: rest, ${image}`);
    await inProject(config, async (folder) => {
      await withPreview(folder, { path: '/no-such-folder' }, () => {
        const { services: found } = JSON.parse(runProgram(['verify', '--json'], { cwd: folder }).stdout) as {
          readonly services: readonly {
            readonly checks: readonly { readonly check: string; readonly status: string }[];
          }[];
        };
        const answers = found.map(({ checks }) => checks.find(({ check }) => check === 'answer')?.status);
        expect(answers).toEqual(['skipped', 'ok']);
        const refused = runProgram(['verify', 'v1', '--path', '/other?x'], { cwd: folder });
        expect([refused.exitCode, refused.stderr]).toEqual([
          2,
          expect.stringContaining('not a path of v1: rest has it'),
        ]);
        return Promise.resolve();
      });
    });
  });

  it('are refused one question for certificates where only one of them hears of it', async () => {
    const key = 'nginx.ingress.kubernetes.io/auth-tls';
    const asking = (more: string): string => `annotations: {${key}-secret: default/ca${more}}`;
    const config = services(
      `name: v1, ${image}, paths: [{path: /v1}], ${asking(`, ${key}-pass-certificate-to-upstream: 'true'`)}`,
      `name: rest, ${image}, ${asking('')}`,
    );
    await inProject(services(`name: v1, ${image}`), (folder) => {
      writeFileSync(join(folder, 'ingress-tls.yaml'), config);
      const { exitCode, stderr } = runProgram(['render'], { cwd: folder });
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringContaining('auth-tls-pass-certificate-to-upstream is for the whole host'),
      ]);
    });
  });
});
