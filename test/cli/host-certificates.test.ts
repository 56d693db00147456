import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import { run } from '../support/running-gateway.ts';
import { withPreview } from './preview-run.ts';

const twoDomains = `apiVersion: ingress-tls/v1
domain: example.test
controller:
  profile: traefik
certificate:
  keyType: ecdsa-p256
hostCertificates:
  - name: shop
  - name: intra
    names: ['*.intra.test', intra.test]
    source: project
services:
  - name: app
    mode: terminate
  - name: web
    mode: terminate
    hosts: [www.shop.test, shop.test]
    hostCertificate: shop
  - name: wiki
    mode: reencrypt
    host: wiki.intra.test
    hostCertificate: intra
`;

function change(project: string, ...pairs: readonly (readonly [string, string])[]): void {
  const path = join(project, 'ingress-tls.yaml');
  const text = pairs.reduce((before, [old, now]) => before.replace(old, now), readFileSync(path, 'utf8'));
  writeFileSync(path, text);
}

function call(project: string, ...args: readonly string[]): ProgramResult {
  return runProgram(args, { cwd: project });
}

function namesOf(project: string, name: string): string | undefined {
  return new X509Certificate(readFileSync(join(project, `certs/${name}.crt`))).subjectAltName;
}

describe('certificates beside the wildcard', () => {
  it('are shown for the hosts of their services, and believed by whoever trusts what stands above them', async () => {
    await inProject(twoDomains, async (project) => {
      await withPreview(project, { path: process.env['PATH'] ?? '' }, async (preview) => {
        await preview.event('listening');
        const { exitCode, stdout } = await run(['verify', '--json'], project);
        expect(exitCode, stdout).toBe(0);
        for (const [host, authority] of [
          ['www.shop.test', 'shop'],
          ['shop.test', 'shop'],
          ['wiki.intra.test', 'ca'],
          ['app.example.test', 'wildcard'],
        ] as const) {
          const answer = execFileSync(
            'curl',
            [
              ...['--silent', '--show-error', '--cacert', `certs/${authority}.crt`],
              ...['--resolve', `${host}:${preview.port}:127.0.0.1`, `https://${host}:${preview.port}/`],
            ],
            { cwd: project, encoding: 'utf8' },
          );
          expect(answer).toContain('Hello, I am');
        }
      });
      const verified = execFileSync(
        'openssl',
        ['verify', '-x509_strict', '-CAfile', 'certs/ca.crt', '-verify_hostname', 'wiki.intra.test', 'certs/intra.crt'],
        { cwd: project, encoding: 'utf8' },
      );
      expect(verified).toBe('certs/intra.crt: OK\n');
    });
  });

  it('are told apart where a host shows the one of others', async () => {
    await inProject(
      twoDomains.replace('mode: terminate\n', 'mode: terminate\n    hostCertificate: shop\n'),
      async (project) => {
        await withPreview(project, { path: process.env['PATH'] ?? '' }, async (preview) => {
          await preview.event('listening');
          // What runs shows that of the shop; what is asked for is the wildcard.
          change(project, ['mode: terminate\n    hostCertificate: shop', 'mode: terminate']);
          const { exitCode, stdout } = await run(['verify', 'app', '--address', `127.0.0.1:${preview.port}`], project);
          expect(exitCode).toBe(1);
          expect(stdout).toMatch(/FAILED {2}certificate/);
          expect(stdout).toContain('the certificate that the controller shows for other hosts');
        });
      },
    );
  });

  it('are renewed for a host that came to their service, without being due', () =>
    inProject(twoDomains, (project) => {
      change(project, ['[www.shop.test, shop.test]', '[www.shop.test, shop.test, new.test.test]']);
      const refused = call(project, 'render');
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain(
        'certs/shop.crt does not cover new.test.test: it names shop.test, www.shop.test',
      );
      expect(refused.stderr).toContain('    ingress-tls renew shop, then ingress-tls apply\n');
      expect(call(project, 'renew', '--dry-run').stdout).toBe('renew      certs/shop.crt\n');
      expect(call(project, 'renew', 'shop').exitCode).toBe(0);
      expect(namesOf(project, 'shop')).toBe('DNS:new.test.test, DNS:shop.test, DNS:www.shop.test');
      expect(call(project, 'render').exitCode).toBe(0);
      expect(call(project, 'renew').stdout).toContain('nothing is due');
    }));

  it('of a domain that the authority may not sign are issued once another has taken its place', () =>
    inProject(threeModes, (project) => {
      const certificates = 'hostCertificates:\n  - name: intra\n    names: [intra.test]\n    source: project\n';
      const service = '  - name: wiki\n    mode: terminate\n    host: intra.test\n    hostCertificate: intra\n';
      change(project, ['services:\n', `${certificates}services:\n${service}`]);
      const refused = call(project, 'render');
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain('may issue for example.test, svc, svc.cluster.local only, not for intra.test');
      // The remedy, word for word.
      expect(refused.stderr).toContain('leave its services out until ingress-tls rotate-ca ca, in three steps,');
      change(project, [service, '']);
      for (const step of [1, 2, 3])
        expect([step, call(project, 'rotate-ca', 'ca', '--applied').exitCode]).toEqual([step, 0]);
      change(project, ['services:\n', `services:\n${service}`]);
      expect(call(project, 'render').exitCode).toBe(0);
      const verified = execFileSync(
        'openssl',
        ['verify', '-x509_strict', '-CAfile', 'certs/ca.crt', 'certs/intra.crt'],
        {
          ...{ cwd: project, encoding: 'utf8' },
        },
      );
      expect(verified).toBe('certs/intra.crt: OK\n');
    }));

  it('are taken by add-service', () =>
    inProject(twoDomains, (project) => {
      const added = call(
        project,
        'add-service',
        'blog',
        '--mode',
        'terminate',
        '--host',
        'blog.intra.test',
        '--host-certificate',
        'intra',
      );
      expect(added.exitCode, added.stderr).toBe(0);
      expect(readFileSync(join(project, 'charts/blog/values.yaml'), 'utf8')).toContain('secretName: intra-tls\n');
      const refused = call(project, 'add-service', 'b', '--mode', 'terminate', '--host-certificate', 'intro');
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain('hostCertificates has no "intro"; did you mean intra?');
    }));
});
