import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openssl } from './openssl.ts';
import { projects, type Project } from './projects.ts';

const day = 24 * 60 * 60 * 1000;

interface Leaf {
  readonly name: string;
  readonly issuer: string;
  readonly purpose: 'sslserver' | 'sslclient';
}

/** What certs/ is to hold: end-entity certificates, each with the file that it verifies against. */
function leavesOf({ services }: Project): readonly Leaf[] {
  return [
    { name: 'wildcard', issuer: 'wildcard', purpose: 'sslserver' },
    ...services
      .filter(({ mode }) => mode !== 'terminate')
      .map(({ name }) => ({ name, issuer: 'ca', purpose: 'sslserver' as const })),
    ...services
      .filter(({ clientAuth }) => clientAuth)
      .map(({ name }) => ({ name: `${name}-client`, issuer: `${name}-client-ca`, purpose: 'sslclient' as const })),
  ];
}

describe.each(projects)('certs/ of the project $title', (project) => {
  const leaves = leavesOf(project);
  const issuers = [...new Set(leaves.map(({ issuer }) => issuer))];
  const names = [...new Set([...leaves.map(({ name }) => name), ...issuers])].sort();
  const ownNames = new Map(
    project.services.map(({ name, mode, host, release }) => [
      name,
      mode === 'passthrough' ? host : `${release}.${project.namespace}.svc`,
    ]),
  );
  const folder = (): string => join(project.folder(), 'certs');
  const certificate = (name: string): X509Certificate =>
    new X509Certificate(readFileSync(join(folder(), `${name}.crt`)));
  const key = (name: string): KeyObject => createPrivateKey(readFileSync(join(folder(), `${name}.key`)));
  const verify = (issuer: string, candidates: readonly string[], ...options: readonly string[]): string =>
    openssl(
      folder(),
      'verify',
      '-x509_strict',
      '-no-CApath',
      '-no-CAstore',
      '-CAfile',
      `${issuer}.crt`,
      ...options,
      ...candidates.map((name) => `${name}.crt`),
    ).output;
  /** Those of the candidates that OpenSSL accepts. */
  const accepted = (...question: Parameters<typeof verify>): readonly string[] =>
    [...verify(...question).matchAll(/^(.+)\.crt: OK$/gm)].map(([, name]) => name ?? '');

  it('holds the certificates that the services need, each with its key, and nothing else', () => {
    expect(readdirSync(folder()).sort()).toEqual(names.flatMap((name) => [`${name}.crt`, `${name}.key`]).sort());
  });

  it.each(issuers)(
    'openssl -x509_strict accepts what %s.crt issued, for its purpose and from no other authority',
    (issuer) => {
      const issued = leaves.filter((leaf) => leaf.issuer === issuer);
      const issuedNames = issued.map(({ name }) => name);
      expect(
        accepted(
          issuer,
          leaves.map(({ name }) => name),
        ),
      ).toEqual(issuedNames);
      for (const purpose of ['sslserver', 'sslclient'] as const) {
        const suited = issued.filter((leaf) => leaf.purpose === purpose).map(({ name }) => name);
        expect([purpose, accepted(issuer, issuedNames, '-purpose', purpose)]).toEqual([purpose, suited]);
      }
      expect(
        verify(issuer, issuedNames, '-purpose', issued[0]?.purpose === 'sslserver' ? 'sslclient' : 'sslserver'),
      ).toMatch(/un(suitable|supported) certificate purpose/);
    },
  );

  it("refuses one service's client at another service", () => {
    const clients = leaves.filter(({ purpose }) => purpose === 'sslclient').map(({ name }) => name);
    for (const client of clients)
      expect([client, accepted(`${client}-ca`, clients, '-purpose', 'sslclient')]).toEqual([client, [client]]);
  });

  it('the wildcard covers the domain and one label below it', () => {
    const covers = (host: string): boolean => accepted('wildcard', ['wildcard'], '-verify_hostname', host).length === 1;
    for (const { host } of project.services.filter(({ mode }) => mode !== 'passthrough'))
      expect([host, covers(host)]).toEqual([host, true]);
    expect([project.domain, `a.b.${project.domain}`, `a${project.domain}`, 'test'].map(covers)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });

  it("a pod's certificate covers its own name and no other service's", () => {
    const pods = leaves.filter(({ issuer }) => issuer === 'ca').map(({ name }) => name);
    for (const pod of pods) {
      const name = ownNames.get(pod) ?? '';
      expect([name, accepted('ca', pods, '-verify_hostname', name)]).toEqual([name, [pod]]);
    }
    for (const name of [project.domain, `a.${project.domain}`])
      expect(accepted('ca', pods, '-verify_hostname', name)).toEqual([]);
  });

  it('no end-entity certificate lives longer than 825 days or than its issuer, and all are valid by now', () => {
    for (const { name, issuer } of leaves) {
      const { validFrom, validTo, ca } = certificate(name);
      const [from, to] = [Date.parse(validFrom), Date.parse(validTo)];
      expect([name, ca]).toEqual([name, false]);
      expect(to - from).toBeLessThanOrEqual(825 * day);
      expect(to).toBeLessThanOrEqual(Date.parse(certificate(issuer).validTo));
      // zlint's excessively_backdated: within 48 hours.
      expect(Date.now() - from).toBeGreaterThan(0);
      expect(Date.now() - from).toBeLessThan(2 * day);
    }
    expect(openssl(folder(), 'x509', '-checkend', '0', '-noout', '-in', 'wildcard.crt').code).toBe(0);
  });

  it('no two certificates share a serial number, and each is a positive one of up to 20 octets', () => {
    const serials = names.map((name) => certificate(name).serialNumber);
    // A serial number that is negative in its encoding is printed with a minus sign.
    for (const serial of serials) expect(serial).toMatch(/^[0-9A-F]{16,40}$/);
    expect(new Set(serials).size).toBe(names.length);
  });

  it('node:crypto finds that keys and certificates belong together and that issuers issued', () => {
    for (const name of names) {
      expect([name, certificate(name).checkPrivateKey(key(name))]).toEqual([name, true]);
      const { asymmetricKeyType, asymmetricKeyDetails } = key(name);
      const expected =
        (project.keyType ?? (name === 'wildcard' ? 'rsa-2048' : 'ecdsa-p256')) === 'rsa-2048'
          ? ['rsa', 2048]
          : ['ec', 'prime256v1'];
      expect([asymmetricKeyType, asymmetricKeyDetails?.modulusLength ?? asymmetricKeyDetails?.namedCurve]).toEqual(
        expected,
      );
    }
    for (const { name, issuer } of leaves) {
      const { publicKey } = certificate(issuer);
      // The wildcard signed itself without being an authority, which checkIssued does not call issuing.
      expect([name, certificate(name).verify(publicKey), certificate(name).checkIssued(certificate(issuer))]).toEqual([
        name,
        true,
        name !== issuer,
      ]);
    }
    expect(new Set(names.map((name) => key(name).export({ type: 'pkcs8', format: 'pem' }))).size).toBe(names.length);
  });

  it('the authority is of no use for hosts outside of the project', () => {
    const work = mkdtempSync(join(tmpdir(), 'ingress-tls-constraints-'));
    try {
      const authority = ['-CA', join(folder(), 'ca.crt'), '-CAkey', join(folder(), 'ca.key')];
      writeFileSync(join(work, 'extensions'), 'subjectAltName=DNS:bank.example\nbasicConstraints=CA:FALSE\n');
      expect(
        openssl(
          work,
          'req',
          '-new',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-noenc',
          '-keyout',
          'k',
          '-subj',
          '/O=x',
          '-out',
          'r',
        ).code,
      ).toBe(0);
      expect(
        openssl(work, 'x509', '-req', '-in', 'r', ...authority, '-days', '2', '-extfile', 'extensions', '-out', 'c')
          .code,
      ).toBe(0);
      expect(openssl(work, 'verify', '-CAfile', join(folder(), 'ca.crt'), 'c').output).toContain(
        'permitted subtree violation',
      );
    } finally {
      rmSync(work, { recursive: true });
    }
  });
});
