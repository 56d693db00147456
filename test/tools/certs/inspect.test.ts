import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { inspectCertificate } from '../../../src/certs/inspect.ts';
import { requestProjectAuthority, requestWildcard } from '../../../src/certs/requests.ts';
import { UsageError } from '../../../src/errors.ts';
import { authorityKey, issue, keys, now, serverRequest } from '../../support/certs/fixtures.ts';
import { OpenSsl } from '../../support/openssl.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

/** A certificate of OpenSSL's own making. */
function foreign(config: string, ...keyOptions: readonly string[]): string {
  const path = openssl.file(
    'foreign.cnf',
    `[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\nutf8=yes\n${config}`,
  );
  const options = keyOptions.length === 0 ? ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : keyOptions;
  const output = openssl.output(
    'req',
    '-x509',
    ...options,
    '-nodes',
    '-keyout',
    '/dev/null',
    '-days',
    '10',
    '-config',
    path,
  );
  return output.slice(output.indexOf('-----BEGIN CERTIFICATE'));
}

function refusal(text: string): UsageError {
  try {
    inspectCertificate(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('nothing was thrown');
}

describe('facts', () => {
  it('of the wildcard are what it was asked for', () => {
    const certificate = issue(requestWildcard('example.test', 365, 'rsa-2048'));
    const fingerprint = openssl.output(
      'x509',
      '-noout',
      '-fingerprint',
      '-sha256',
      '-in',
      openssl.file('a.crt', certificate),
    );
    expect(inspectCertificate(certificate)).toEqual({
      subject: 'CN=*.example.test, O=example.test',
      issuer: 'CN=*.example.test, O=example.test',
      dnsNames: ['*.example.test', 'example.test'],
      isAuthority: false,
      serialNumber: '70f1f2f3f4f5f6f7f8f9fafbfcfdfeff',
      fingerprint: fingerprint.trim().replace(/^.*=/, '').replaceAll(':', '').toLowerCase(),
      notBefore: new Date(now.getTime() - 5 * 60_000),
      notAfter: new Date(now.getTime() + 365 * 24 * 3600_000),
      limits: [],
      permittedDnsNames: [],
    });
  });

  it('of the authority include its constraints', () => {
    expect(
      inspectCertificate(issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey })),
    ).toMatchObject({
      subject: 'CN=example.test ingress-tls CA',
      isAuthority: true,
      dnsNames: [],
      permittedDnsNames: ['example.test', 'svc', 'svc.cluster.local'],
      limits: [],
    });
  });

  it('hold every name that was asked for', () => {
    const names = fc.uniqueArray(
      fc.domain().filter((name) => name.length <= 253),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(names, (dnsNames) => {
        expect(inspectCertificate(issue({ ...serverRequest, dnsNames })).dnsNames).toEqual(dnsNames);
      }),
    );
  });

  it('of a certificate made elsewhere: other names, other kinds of constraints, another key', () => {
    const certificate = foreign(
      `[dn]\nO=Müller\\, Inc\nCN=one\n[ext]\nbasicConstraints=critical,CA:TRUE\nsubjectAltName=IP:10.0.0.1,URI:http://u.test/,DNS:A.Test,email:a@b.test,dirName:dir
nameConstraints=permitted;IP:10.0.0.0/255.0.0.0,permitted;DNS:.lead.test,excluded;DNS:evil.org\n[dir]\nO=x\nCN=DNS:no.test\n`,
      '-newkey',
      'rsa:3072',
    );
    expect(inspectCertificate(certificate)).toMatchObject({
      subject: 'O=Müller\\, Inc, CN=one',
      dnsNames: ['A.Test'],
      isAuthority: true,
      limits: [],
      permittedDnsNames: ['.lead.test'],
    });
  });

  it('are not forged by a name that looks like several, and do not steer a terminal', () => {
    const certificate = foreign(
      '[dn]\nCN=x\u009b31m\u202e\n[ext]\nsubjectAltName=@names\n[names]\nDNS.1="a.test, DNS:evil.org"\nURI.1="http://b.test/, DNS:evil.org"\nDNS.2=c.test\n',
    );
    expect(new X509Certificate(certificate).subjectAltName).toContain('evil.org');
    expect(inspectCertificate(certificate).dnsNames).toEqual(['a.test, DNS:evil.org', 'c.test']);
    expect(inspectCertificate(certificate).subject).toBe('CN=x\\u{9b}31m\\u{202e}');
  });

  it('of a certificate without subject and names are empty', () => {
    const nameless = openssl.output(
      'req',
      '-x509',
      '-key',
      openssl.file('own.key', keys['ecdsa-p256'].privateKey),
      '-subj',
      '/',
      '-addext',
      'subjectAltName=critical,DNS:a.example.test',
    );
    expect(inspectCertificate(nameless)).toMatchObject({ subject: '', issuer: '', dnsNames: ['a.example.test'] });
    expect(inspectCertificate(foreign('[dn]\nCN=old\n[ext]\n')).dnsNames).toEqual([]);
  });

  it('are those of the first certificate of a chain, whatever surrounds it', () => {
    const first = issue({ ...serverRequest, dnsNames: ['first.test'] });
    const chain = `\uFEFF# a comment\n${first}${issue(serverRequest)}`.replaceAll('\n', '\r\n');
    expect(inspectCertificate(chain)).toEqual(inspectCertificate(first));
  });
});

describe('text that is no certificate', () => {
  const certificate = issue(serverRequest);

  it.each([
    ['nothing', ''],
    ['words', 'hello'],
    ['a cut certificate', certificate.slice(0, 200)],
    ['a damaged certificate', certificate.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA')],
    ['an empty block', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n'],
    ['a public key', keys['ecdsa-p256'].publicKey],
    ['a certificate request', '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n'],
    ['raw bytes', Buffer.from(new X509Certificate(certificate).raw).toString('latin1')],
    ['too much', certificate.padEnd(256 * 1024 + 1)],
  ])('%s is refused', (_, text) => {
    const error = refusal(text);
    expect(error.message).toMatch(/^certificate not readable: /);
    expect(error.remedy).toMatch(/openssl x509|whole file|UTF-8/);
  });

  it('is named where its place is known', () => {
    expect(() => inspectCertificate('', 'certs/svc8.crt')).toThrow(/^certs\/svc8\.crt not readable: /);
  });

  it('of any other kind is refused as well, never with another error', () => {
    const block = fc.base64String().map((body) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), block), (text) => {
        expect(refusal(text)).toBeInstanceOf(UsageError);
      }),
    );
  });

  it('with damage anywhere is refused, or read without another error', () => {
    const der = new X509Certificate(issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey }))
      .raw;
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const damaged = Buffer.from(der);
        damaged[place] = damaged[place]! ^ change;
        try {
          inspectCertificate(`-----BEGIN CERTIFICATE-----\n${damaged.toString('base64')}\n-----END CERTIFICATE-----\n`);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('but a key, or a certificate with its key, is refused without a word of it', () => {
    const { privateKey } = keys['ecdsa-p256'];
    for (const text of [privateKey, certificate + privateKey, privateKey + certificate]) {
      const error = refusal(text);
      expect(error.message).toContain('holds a private key');
      const body = privateKey.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
      for (const line of body) {
        expect(`${error.stack} ${error.remedy} ${JSON.stringify(error.details)} ${String(error.cause)}`).not.toContain(
          line,
        );
      }
    }
  });
});
