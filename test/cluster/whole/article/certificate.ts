import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ingressTls, listVersions, readObject, readSecret } from '../../../support/cluster-programs.ts';
import { domain, wildcardSecret, type Story } from './story.ts';

/** The wildcard certificate and its Secret. */
export function testCertificate(story: Story): void {
  it('B1: init makes an unencrypted RSA-2048 key and a self-signed certificate for *.tonybai.com, 365 days, today with SAN and CA:FALSE', () => {
    const openssl = (...args: string[]): string =>
      execFileSync('openssl', args, {
        cwd: join(story.project, 'certs'),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    // An encrypted key would be asked for its password, and there is nobody to answer.
    expect(openssl('pkey', '-in', 'wildcard.key', '-noout', '-text', '-passin', 'pass:').split('\n')[0]).toMatch(
      /^(RSA )?Private-Key: \(2048 bit/,
    );
    expect(openssl('x509', '-in', 'wildcard.crt', '-noout', '-subject', '-issuer', '-nameopt', 'RFC2253')).toBe(
      `subject=O=${domain},CN=*.${domain}\nissuer=O=${domain},CN=*.${domain}\n`,
    );
    expect(openssl('verify', '-CAfile', 'wildcard.crt', 'wildcard.crt')).toBe('wildcard.crt: OK\n');
    const text = openssl('x509', '-in', 'wildcard.crt', '-noout', '-text');
    expect(text).toMatch(/Basic Constraints: critical\n\s+CA:FALSE/);
    expect(text).toContain(`DNS:*.${domain}, DNS:${domain}\n`);
    const { validFrom, validTo } = new X509Certificate(readFileSync(join(story.project, 'certs/wildcard.crt')));
    expect(Math.round((Date.parse(validTo) - Date.parse(validFrom)) / 86_400_000)).toBe(365);
  });

  it('B2: the Secret is of type kubernetes.io/tls beside the Ingresses, and its pair matches', () => {
    expect(readObject(story.cluster, 'secret', wildcardSecret, '--namespace', 'default')).toMatchObject({
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': expect.any(String) as string, 'tls.key': expect.any(String) as string },
    });
    const publicKey = (args: readonly string[], entry: string): string =>
      execFileSync('openssl', args, { input: readSecret(story.cluster, wildcardSecret, entry), encoding: 'utf8' });
    const ofCertificate = publicKey(['x509', '-noout', '-pubkey'], 'tls.crt');
    expect(ofCertificate).toContain('BEGIN PUBLIC KEY');
    expect(publicKey(['pkey', '-pubout'], 'tls.key')).toBe(ofCertificate);
  });

  it('B2: a pair that does not match is refused before anything is applied', () => {
    const copy = join(story.workshop, 'mismatched');
    cpSync(story.project, copy, { recursive: true });
    try {
      cpSync(join(copy, 'certs/svc8.key'), join(copy, 'certs/wildcard.key'));
      const before = listVersions(story.cluster);
      const { exitCode, stderr } = ingressTls(story.cluster, copy, 'apply');
      expect(exitCode).toBe(2);
      expect(stderr).toContain('certs/wildcard.crt');
      expect(listVersions(story.cluster)).toEqual(before);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
}
