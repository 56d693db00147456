import { spawnSync } from 'node:child_process';
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeKeyStore, encodeTrustStore } from '../../../src/certs/pkcs12.ts';
import { issue, keys, serverRequest } from '../../support/certs/fixtures.ts';
import { describeUnless } from '../../support/describe-with.ts';

const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-pkcs12-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function run(tool: string, ...args: readonly string[]): { readonly code: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  return { code: status, text: `${stdout}${stderr}` };
}

const whyNo = (tool: string, ...args: readonly string[]): string | undefined =>
  spawnSync(tool, args).error === undefined ? undefined : `no ${tool} on PATH`;

/** All of printable ASCII, the characters that shells and octets trip over among them. */
const password = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
const passwordFile = join(folder, 'password');
writeFileSync(passwordFile, `${password}\n`);

const cases = (['rsa-2048', 'ecdsa-p256'] as const).flatMap((keyType) =>
  [false, true].map((isLegacy) => ({ keyType, isLegacy, name: `${keyType}${isLegacy ? ', legacy' : ''}` })),
);

/** A store with a key and two certificates. */
function store({ keyType, isLegacy }: (typeof cases)[number]): {
  readonly path: string;
  readonly own: X509Certificate;
} {
  const own = new X509Certificate(issue({ ...serverRequest, keyType }));
  const other = new X509Certificate(
    issue({ ...serverRequest, commonName: 'b.example.test', dnsNames: ['b.example.test'] }),
  );
  const key = createPrivateKey(keys[keyType].privateKey);
  const path = join(folder, `${keyType}-${String(isLegacy)}.p12`);
  const entry = { alias: 'svc9-client-alice', key, certificates: [own.raw, other.raw] };
  writeFileSync(path, encodeKeyStore(entry, { password, isLegacy, randomBytes }));
  return { path, own };
}

function trustStore(isLegacy: boolean): string {
  const path = join(folder, `trust-${String(isLegacy)}.p12`);
  const trusted = ['a', 'b'].map((alias) => ({
    alias,
    certificate: new X509Certificate(
      issue({ ...serverRequest, commonName: `${alias}.example.test`, dnsNames: [`${alias}.example.test`] }),
    ).raw,
  }));
  writeFileSync(path, encodeTrustStore(trusted, { password, isLegacy, randomBytes }));
  return path;
}

describeUnless(whyNo('openssl', 'version'), 'openssl', () => {
  it.each(cases)('opens a key store ($name), and with no other password', (each) => {
    const { path, own } = store(each);
    const open = (...args: readonly string[]) => run('openssl', 'pkcs12', '-in', path, ...args);
    const found = open('-passin', `file:${passwordFile}`, '-nodes', '-info');
    expect(found.code).toBe(0);
    expect(found.text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(found.text).toContain('friendlyName: svc9-client-alice\n');
    expect(found.text).toMatch(
      each.isLegacy ? /pbeWithSHA1And3-KeyTripleDES-CBC/ : /PBES2, PBKDF2, AES-256-CBC.*hmacWithSHA256/,
    );
    expect(found.text).toMatch(each.isLegacy ? /MAC: ?sha1, Iteration 2048/ : /MAC: ?sha256, Iteration 100000/);
    const begin = found.text.indexOf('-----BEGIN PRIVATE');
    const key = createPrivateKey(found.text.slice(begin));
    expect(own.checkPrivateKey(key)).toBe(true);
    expect(open('-passin', 'pass:wrong-one', '-nodes').code).not.toBe(0);
  });

  it('finds the parts of every store in DER', () => {
    for (const path of [store(cases[0]!).path, trustStore(false)])
      expect(run('openssl', 'asn1parse', '-inform', 'DER', '-in', path).code).toBe(0);
  });
});

describeUnless(whyNo('keytool', '-help'), "Java's keytool", () => {
  const list = (path: string) =>
    run('keytool', '-list', '-v', '-keystore', path, '-storepass:file', passwordFile, '-J-Duser.language=en');

  it.each(cases)('sees key and chain ($name)', (each) => {
    const { code, text } = list(store(each).path);
    expect([code, text]).toEqual([0, expect.stringContaining('Alias name: svc9-client-alice')]);
    expect(text).toContain('Entry type: PrivateKeyEntry');
  });

  it.each([false, true])('sees certificates that are trusted (legacy: %s)', (isLegacy) => {
    const { code, text } = list(trustStore(isLegacy));
    expect(code).toBe(0);
    expect(text.match(/Entry type: trustedCertEntry/g)).toHaveLength(2);
    expect(text.match(/Alias name: [ab]\n/g)).toHaveLength(2);
  });
});

describeUnless(whyNo('pk12util', '-h') ?? whyNo('certutil', '-H'), 'NSS', () => {
  it.each(cases)('takes key and certificate ($name)', (each) => {
    const database = `sql:${mkdtempSync(join(folder, 'nss-'))}`;
    expect(run('certutil', '-N', '-d', database, '--empty-password').code).toBe(0);
    const imported = run('pk12util', '-i', store(each).path, '-d', database, '-w', passwordFile);
    expect(imported.text).toContain('IMPORT SUCCESSFUL');
    // "u": its key is there.
    expect(run('certutil', '-L', '-d', database).text).toMatch(/^svc9-client-alice +u,u,u *$/m);
  });
});

describe('a store', () => {
  it('has other octets each time', () => {
    const [one, other] = [false, false].map((isLegacy) =>
      encodeTrustStore([], { password, isLegacy, randomBytes }).toString('hex'),
    );
    expect(one).not.toBe(other);
  });
});
