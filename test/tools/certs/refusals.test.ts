import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { issueCertificate } from '../../../src/certs/issue.ts';
import { derivePublicKey } from '../../../src/certs/key-pair.ts';
import {
  requestClient,
  requestClientAuthority,
  requestProjectAuthority,
  requestWildcard,
} from '../../../src/certs/requests.ts';
import { InternalError, UsageError } from '../../../src/errors.ts';
import type { CertificateRequest } from '../../../src/model/certificate.ts';
import {
  authorityKey,
  encodePair,
  issue,
  keys,
  now,
  serialBytes,
  serverRequest,
} from '../../support/certs/fixtures.ts';
import { pemBlock } from '../../support/certs/pem-block.ts';
import { OpenSsl } from '../../support/openssl.ts';

const projectAuthority = {
  key: authorityKey,
  certificate: issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey }),
};
const clientAuthority = {
  key: authorityKey,
  certificate: issue(requestClientAuthority('svc9', 'ecdsa-p256'), { key: authorityKey }),
};

function refusal(run: () => unknown): UsageError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    const known = error as UsageError;
    expect(known.remedy).toMatch(/\S/);
    return known;
  }
  throw new Error('nothing was thrown');
}

function server(change: Partial<CertificateRequest>): CertificateRequest {
  return { ...serverRequest, ...change };
}

describe('DNS names', () => {
  it.each([
    ['', 'empty label'],
    ['.', 'empty label'],
    ['a..test', 'empty label'],
    ['.a.test', 'empty label'],
    ['a.test.', 'empty label'],
    ['*', 'wildcard'],
    ['*.', 'empty label'],
    ['*.test', 'two labels'],
    ['a.*.test', 'wildcard'],
    ['w*.example.test', 'wildcard'],
    ['*.*.example.test', 'wildcard'],
    ['A.test', 'a-z'],
    ['a_b.test', 'a-z'],
    ['-a.test', 'a-z'],
    ['a-.test', 'a-z'],
    ['a b.test', 'a-z'],
    ['a.test\n', 'a-z'],
    ['a.test\0', 'a-z'],
    ['bücher.test', 'a-z'],
    ['{{ .Values }}', 'label'],
    ['10.0.0.1', 'number'],
    [`${'a'.repeat(64)}.test`, '63'],
    [`${'abcdefgh.'.repeat(28)}ab`, '253'],
  ])('%j is refused', (name, reason) => {
    const error = refusal(() => issue(server({ dnsNames: [name] })));
    expect(error.message).toMatch(/^certificate not issued: ".*" is no DNS name: /);
    expect(error.message).toContain(reason);
    expect(error.message).not.toMatch(/\p{C}/u);
  });

  it.each([
    `${'a'.repeat(63)}.test`,
    `${'abcdefgh.'.repeat(28)}a`,
    'xn--bcher-kva.test',
    'localhost',
    '1.a.test',
    '*.a.test',
  ])('%j is taken', (name) => {
    expect(new X509Certificate(issue(server({ dnsNames: [name] }))).subjectAltName).toBe(`DNS:${name}`);
  });

  it('of any other text are refused, or stand in the certificate as they are', () => {
    const piece = fc.constantFrom(
      'a',
      '-',
      '.',
      '*',
      '*.',
      '0',
      'test',
      ' ',
      ',',
      'DNS:',
      '"',
      '\\',
      '\n',
      '\0',
      'é',
      'A',
      'xn--',
      '_',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (name) => {
        let said: unknown;
        try {
          said = new X509Certificate(issue(server({ dnsNames: [name] }))).subjectAltName;
        } catch (error) {
          said = error;
        }
        if (said instanceof Error) expect(said).toBeInstanceOf(UsageError);
        else expect(said).toBe(`DNS:${name}`);
      }),
      { numRuns: 500 },
    );
  });

  it('give a domain of one label no wildcard, as OpenSSL would never match it', () => {
    const openssl = new OpenSsl();
    const key = openssl.file('any.key', keys['ecdsa-p256'].privateKey);
    const foreign = openssl.output(
      'req',
      '-x509',
      '-key',
      key,
      '-subj',
      '/O=x',
      '-days',
      '9',
      '-addext',
      'subjectAltName=DNS:*.test,DNS:*.a.test',
    );
    openssl.remove();
    expect(new X509Certificate(foreign).checkHost('a.test')).toBeUndefined();
    expect(new X509Certificate(foreign).checkHost('a.a.test')).toBe('*.a.test');
    expect(refusal(() => issue(requestWildcard('test', 30, 'ecdsa-p256'))).message).toContain('two labels');
  });

  it('are named once', () => {
    expect(refusal(() => issue(server({ dnsNames: ['a.test', 'b.test', 'a.test'] }))).message).toContain(
      '"a.test" is named twice',
    );
  });

  it('are needed by a server, and its common name is among them', () => {
    expect(refusal(() => issue(server({ dnsNames: [] }))).message).toContain('needs a DNS name');
    expect(refusal(() => issue(server({ commonName: 'b.example.test' }))).message).toContain(
      '"b.example.test" is not among',
    );
  });

  it('of subtrees have no wildcard', () => {
    const request = { ...requestProjectAuthority('example.test', 'ecdsa-p256'), permittedDnsNames: ['*.example.test'] };
    expect(refusal(() => issue(request)).message).toContain('no subtree');
  });
});

describe('name constraints', () => {
  it.each(['evil.org', 'evilexample.test', 'test', '*.cluster.local'])(
    'keep the authority from signing for %s',
    (name) => {
      const error = refusal(() => issue(server({ dnsNames: ['a.example.test', name] }), { signer: projectAuthority }));
      expect(error.message).toBe(
        `certificate not issued: the authority may not sign for "${name}"; it is permitted example.test, svc, svc.cluster.local`,
      );
    },
  );

  it.each(['example.test', 'a.b.example.test', '*.example.test', 'a.default.svc'])(
    'let the authority sign for %s',
    (name) => {
      const certificate = new X509Certificate(issue(server({ dnsNames: [name] }), { signer: projectAuthority }));
      expect(certificate.verify(new X509Certificate(projectAuthority.certificate).publicKey)).toBe(true);
    },
  );

  it('do not hinder an authority that has none', () => {
    expect(issue(requestClient('svc9', 30, 'ecdsa-p256'), { signer: clientAuthority })).toContain('BEGIN CERTIFICATE');
    expect(issue(server({ dnsNames: ['evil.org'] }), { signer: clientAuthority })).toContain('BEGIN CERTIFICATE');
  });
});

describe('subjects', () => {
  it.each(['', ' a', 'a ', 'a\nb', '\u009b31m', 'a\u202eb', '\ud800'])('%j is refused', (commonName) => {
    const error = refusal(() =>
      issue({ ...requestClient('svc9', 30, 'ecdsa-p256'), commonName }, { signer: clientAuthority }),
    );
    expect(error.message).toContain('common name');
    expect(error.message).not.toMatch(/\p{C}/u);
  });

  it('of a client are not empty', () => {
    const request = { ...requestClient('svc9', 30, 'ecdsa-p256'), commonName: 'c'.repeat(65) };
    expect(refusal(() => issue(request, { signer: clientAuthority })).message).toContain('at most 64 characters');
  });

  it('of what signs itself are not empty: they are its issuer', () => {
    const request = {
      usage: 'server',
      dnsNames: ['a.example.test'],
      permittedDnsNames: [],
      days: 30,
      keyType: 'ecdsa-p256',
    } as const;
    expect(refusal(() => issue(request)).message).toBe(
      'certificate not issued: a self-signed certificate for a server needs a name of at most 64 characters',
    );
    expect(new X509Certificate(issue(request, { signer: projectAuthority })).subject).toBeUndefined();
  });
});

describe('lifetimes', () => {
  it.each([826, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a leaf of %d days is refused', (days) => {
    expect(refusal(() => issue(server({ days }))).message).toContain('not a whole number from 1 to 825');
  });

  it('an authority may live longer, up to ten years', () => {
    const request = requestProjectAuthority('example.test', 'ecdsa-p256');
    expect(request.days).toBe(3650);
    expect(refusal(() => issue({ ...request, days: 3651 })).message).toContain('1 to 3650');
  });

  it('an authority that has expired signs nothing', () => {
    const later = new Date(new Date(new X509Certificate(projectAuthority.certificate).validTo).getTime());
    const error = refusal(() => issue(serverRequest, { signer: projectAuthority, now: later }));
    expect(error.message).toContain(`expired on ${later.toISOString()}`);
  });
});

describe('keys and issuers', () => {
  it('must belong together', () => {
    const wrong = { ...projectAuthority, key: keys['ecdsa-p256'] };
    expect(refusal(() => issue(serverRequest, { signer: wrong })).message).toContain(
      'does not belong to the authority',
    );
    const input = {
      request: serverRequest,
      publicKey: keys['ecdsa-p256'].publicKey,
      signingKey: authorityKey.privateKey,
      serialBytes,
      now,
    };
    expect(refusal(() => issueCertificate(input)).message).toContain('not that of the signing key');
  });

  it('an issuer is an authority', () => {
    const leaf = { key: keys['ecdsa-p256'], certificate: issue(serverRequest) };
    expect(refusal(() => issue(serverRequest, { key: authorityKey, signer: leaf })).message).toContain(
      'no certificate authority',
    );
  });

  it('an issuer has a key identifier that leaves can name', () => {
    const openssl = new OpenSsl();
    const config =
      '[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=old CA\n[ext]\nbasicConstraints=CA:TRUE\nsubjectKeyIdentifier=none\n';
    const key = openssl.file('ca.key', authorityKey.privateKey);
    const certificate = openssl.output(
      'req',
      '-x509',
      '-key',
      key,
      '-days',
      '9',
      '-config',
      openssl.file('ca.cnf', config),
    );
    openssl.remove();
    expect(refusal(() => issue(serverRequest, { signer: { key: authorityKey, certificate } })).message).toContain(
      'no subject key identifier',
    );
  });

  it('an authority signs no further authority', () => {
    const request = requestClientAuthority('svc9', 'ecdsa-p256');
    expect(refusal(() => issue(request, { signer: projectAuthority })).message).toContain('path length 0');
  });

  it.each([
    ['RSA-1024', generateKeyPairSync('rsa', { modulusLength: 1024 })],
    ['Ed25519', generateKeyPairSync('ed25519')],
    ['secp256k1', generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
  ])('a key of type %s is refused, as subject and as signer', (_, pair) => {
    const key = encodePair(pair);
    expect(refusal(() => issue(serverRequest, { key, signer: projectAuthority })).message).toContain(
      'the key is neither',
    );
    expect(refusal(() => issue(serverRequest, { key })).message).toContain('the key is neither');
  });
});

describe('a damaged RSA key, which OpenSSL reads without complaint', () => {
  it('signs nothing', () => {
    const der = createPrivateKey(keys['rsa-2048'].privateKey).export({ type: 'pkcs8', format: 'der' });
    // In the private exponent, and in the exponents of the two primes that stand before the last 128 octets.
    for (const place of [400, der.length - 200, der.length - 330]) {
      der[place] = der[place]! ^ 0xff;
    }
    const damaged = pemBlock('PRIVATE KEY', der.toString('base64'));
    const key = { ...keys['rsa-2048'], privateKey: damaged };
    expect(derivePublicKey(damaged)).toBe(key.publicKey);
    const error = refusal(() => issue({ ...serverRequest, keyType: 'rsa-2048' }, { key }));
    expect(error.message).toContain('the signing key is damaged');
  });
});

describe('requests that the tool never makes', () => {
  it('are bugs', () => {
    expect(() => issue(server({ permittedDnsNames: ['a.test'] }))).toThrow(InternalError);
    expect(() => issue({ ...requestClientAuthority('svc9', 'ecdsa-p256'), dnsNames: ['a.test'] })).toThrow(
      InternalError,
    );
    expect(() => issue(serverRequest, { serialBytes: new Uint8Array(15) })).toThrow(InternalError);
    expect(() => issue(serverRequest, { now: new Date('9999-12-31T00:00:00Z') })).toThrow(InternalError);
  });
});
