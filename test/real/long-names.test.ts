import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { openssl } from './openssl.ts';

/** The shortest that no attribute of a subject holds (RFC 5280, A.1), and the longest under which `svc7.` is a DNS name. */
const domains = [`${'abcdefgh.'.repeat(6)}abcdef.test`, `${'abcdefgh.'.repeat(26)}abcdefghi.test`];

function eachCertificate(domain: string, judge: (folder: string, name: string) => void): Promise<void> {
  return inProject(threeModes.replaceAll('example.test', domain), (project) => {
    const folder = join(project, 'certs');
    const names = readdirSync(folder).filter((name) => name.endsWith('.crt'));
    expect(names).toEqual(['ca.crt', 'svc8.crt', 'svc9-client-ca.crt', 'svc9-client.crt', 'svc9.crt', 'wildcard.crt']);
    for (const name of names) judge(folder, name);
  });
}

const titles = domains.map((domain) => [domain.length, domain] as const);

describe('openssl -x509_strict', () => {
  it.each(titles)('takes the certificates of a domain of %d characters', async (_, domain) => {
    await eachCertificate(domain, (folder, name) => {
      const issuer =
        new Map([
          ['svc8.crt', 'ca.crt'],
          ['svc9.crt', 'ca.crt'],
          ['svc9-client.crt', 'svc9-client-ca.crt'],
        ]).get(name) ?? name;
      expect(openssl(folder, 'verify', '-x509_strict', '-CAfile', issuer, name).output).toBe(`${name}: OK\n`);
    });
  });
});

function keytool(...args: readonly string[]): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('keytool', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  return { code: status, output: stdout + stderr };
}

// OpenSSL and Go take an empty issuer; Java refuses it (jdk@17 sun.security.x509.X509CertImpl: "Empty issuer DN not allowed").
describeUnless(keytool('-help').code === 0 ? undefined : 'no keytool on PATH (a JDK has it)', 'Java', () => {
  it.each(titles)('reads the certificates of a domain of %d characters', async (_, domain) => {
    await eachCertificate(domain, (folder, name) => {
      const { code, output } = keytool('-printcert', '-file', join(folder, name));
      expect([name, code, output]).toEqual([name, 0, expect.stringMatching(/^Issuer: \S/m)]);
    });
  });

  it('would refuse an empty issuer', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-nameless-'));
    try {
      const ask = (subject: string): number | null => {
        const options = [
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-noenc',
          '-keyout',
          'any.key',
          '-out',
          'any.crt',
          '-addext',
          'subjectAltName=critical,DNS:a.example.test',
        ];
        expect(openssl(folder, 'req', '-x509', '-subj', subject, ...options).code).toBe(0);
        return keytool('-printcert', '-file', join(folder, 'any.crt')).code;
      };
      expect([ask('/O=any'), ask('/')]).toEqual([0, 1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
