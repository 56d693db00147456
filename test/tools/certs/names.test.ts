import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { permitsName } from '../../../src/certs/names.ts';
import { coversName } from '../../../src/text/host-name.ts';
import { keys, issue, makeKey, serverRequest } from '../../support/certs/fixtures.ts';
import { OpenSsl } from '../../support/openssl.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

const label = fc.constantFrom('a', 'b', 'xn--c', 'example', 'test');
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const wildcard = fc.array(label, { minLength: 2, maxLength: 3 }).map((labels) => `*.${labels.join('.')}`);

describe('coversName', () => {
  it('answers as OpenSSL does', () => {
    const dnsNames = fc.uniqueArray(fc.oneof(host, wildcard), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(dnsNames, host, (names, wanted) => {
        const certificate = new X509Certificate(issue({ ...serverRequest, dnsNames: names }));
        expect(coversName(names, wanted)).toBe(certificate.checkHost(wanted) !== undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('takes no notice of case', () => {
    expect(coversName(['*.Example.test'], 'A.eXample.test')).toBe(true);
  });
});

describe('permitsName', () => {
  it.each([
    ['example.test', 'example.test', true],
    ['example.test', 'a.b.example.test', true],
    ['example.test', '*.example.test', true],
    ['example.test', 'notexample.test', false],
    ['example.test', 'test', false],
    ['example.test', '*.test.test', false],
    ['Example.TEST', 'a.example.test', true],
    ['.example.test', 'a.example.test', true],
    ['.example.test', 'example.test', false],
    ['svc', 'a.default.svc', true],
    ['svc', 'a.default.svc.cluster.local', false],
  ])('under %s, %s: %s, as OpenSSL says', (subtree, name, expected) => {
    const config = (extensions: string): string =>
      openssl.file(
        'c.cnf',
        `[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\nreq_extensions=ext\n[dn]\nO=x\n[ext]\n${extensions}\n`,
      );
    const caKey = openssl.file('ca.key', keys['ecdsa-p256'].privateKey);
    const constraints = config(`basicConstraints=critical,CA:TRUE\nnameConstraints=critical,permitted;DNS:${subtree}`);
    openssl.output(
      'req',
      '-x509',
      '-key',
      caKey,
      '-subj',
      '/O=ca',
      '-days',
      '9',
      '-config',
      constraints,
      '-out',
      'ca.crt',
    );
    const key = openssl.file('leaf.key', makeKey('ecdsa-p256').privateKey);
    openssl.output('req', '-new', '-key', key, '-config', config(`subjectAltName=DNS:${name}`), '-out', 'leaf.csr');
    openssl.output(
      'x509',
      '-req',
      '-in',
      'leaf.csr',
      '-copy_extensions',
      'copy',
      '-CA',
      'ca.crt',
      '-CAkey',
      caKey,
      '-set_serial',
      '3',
      '-days',
      '9',
      '-out',
      'leaf.crt',
    );
    const { code, output } = openssl.run('verify', '-CAfile', 'ca.crt', 'leaf.crt');
    expect([code === 0, output.includes('permitted subtree violation')]).toEqual([expected, !expected]);
    expect(permitsName([subtree], name)).toBe(expected);
    expect(permitsName(['elsewhere.test', subtree], name)).toBe(expected);
  });

  it('permits everything where nothing is constrained', () => {
    expect(permitsName([], 'evil.org')).toBe(true);
  });
});
