import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';

import {
  requestClient,
  requestClientAuthority,
  requestPassthroughServer,
  requestPodServer,
  requestProjectAuthority,
  requestWildcard,
} from '../../../src/certs/requests.ts';
import type { KeyType } from '../../../src/model/config.ts';
import { authorityKey, issue, keys, makeKey, serverRequest } from '../../support/certs/fixtures.ts';
import { OpenSsl } from '../../support/openssl.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

const keyTypes = ['rsa-2048', 'ecdsa-p256'] as const satisfies readonly KeyType[];

const projectAuthority = {
  key: authorityKey,
  certificate: issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey }),
};
const clientAuthority = { key: keys['rsa-2048'], certificate: issue(requestClientAuthority('svc9', 'rsa-2048')) };
const caFile = openssl.file('ca.crt', projectAuthority.certificate);
const clientCaFile = openssl.file('client-ca.crt', clientAuthority.certificate);

function text(certificate: string): string {
  return openssl.output('x509', '-noout', '-text', '-in', openssl.file('shown.crt', certificate));
}

function verify(
  certificate: string,
  ...options: readonly string[]
): { readonly code: number | null; readonly output: string } {
  return openssl.run('verify', '-x509_strict', ...options, openssl.file('leaf.crt', certificate));
}

/** The lines of `openssl asn1parse`, without offsets. */
function encodings(certificate: string): readonly string[] {
  return openssl
    .output('asn1parse', '-in', openssl.file('parsed.crt', certificate))
    .split('\n')
    .map((line) => line.replace(/^.*(prim|cons): +/, ''));
}

/** The encoded value of an extension and whether a BOOLEAN TRUE stands before it. */
function extension(
  certificate: string,
  title: string,
): { readonly critical: boolean; readonly value: string | undefined } {
  const lines = encodings(certificate);
  const start = lines.findIndex((line) => line.endsWith(`:${title}`));
  const critical = lines[start + 1] === 'BOOLEAN           :255';
  return { critical, value: lines[start + (critical ? 2 : 1)]?.replace(/^.*\[HEX DUMP\]:/, '') };
}

describe.each(keyTypes)('the wildcard with a key of type %s', (keyType) => {
  const wildcard = issue(requestWildcard('example.test', 365, keyType));
  const file = openssl.file(`wildcard-${keyType}.crt`, wildcard);

  it('verifies strictly as a server under itself, for the names that it covers and no other', () => {
    const options = ['-CAfile', file, '-purpose', 'sslserver'];
    expect(verify(wildcard, ...options, '-verify_hostname', 'svc7.example.test')).toMatchObject({ code: 0 });
    expect(verify(wildcard, ...options, '-verify_hostname', 'example.test')).toMatchObject({ code: 0 });
    expect(verify(wildcard, ...options, '-verify_hostname', 'a.b.example.test').output).toContain('hostname mismatch');
    expect(verify(wildcard, '-CAfile', file, '-purpose', 'sslclient').output).toMatch(
      /unsuitable|unsupported certificate purpose/,
    );
  });

  it("has the article's subject, encoded as UTF8String", () => {
    expect(openssl.output('x509', '-noout', '-subject', '-issuer', '-in', file)).toBe(
      'subject=CN = *.example.test, O = example.test\nissuer=CN = *.example.test, O = example.test\n',
    );
    expect(encodings(wildcard).filter((line) => line.endsWith(':*.example.test'))).toEqual(
      Array(2).fill('UTF8STRING        :*.example.test'),
    );
    expect(encodings(wildcard).filter((line) => line.endsWith(':example.test'))).toEqual(
      Array(2).fill('UTF8STRING        :example.test'),
    );
  });

  it('says CA:FALSE by an empty, critical basicConstraints', () => {
    expect(extension(wildcard, 'X509v3 Basic Constraints')).toEqual({ critical: true, value: '3000' });
    expect(new X509Certificate(wildcard).ca).toBe(false);
  });

  it('allows key encipherment with RSA only', () => {
    expect(extension(wildcard, 'X509v3 Key Usage')).toEqual({
      critical: true,
      value: keyType === 'rsa-2048' ? '030205A0' : '03020780',
    });
  });

  it('has uncritical server purpose, names and key identifiers', () => {
    // 1.3.6.1.5.5.7.3.1
    expect(extension(wildcard, 'X509v3 Extended Key Usage')).toEqual({
      critical: false,
      value: '300A06082B06010505070301',
    });
    const names = `820E${Buffer.from('*.example.test').toString('hex')}820C${Buffer.from('example.test').toString('hex')}`;
    expect(extension(wildcard, 'X509v3 Subject Alternative Name')).toEqual({
      critical: false,
      value: `301E${names}`.toUpperCase(),
    });
    const subjectKey = extension(wildcard, 'X509v3 Subject Key Identifier');
    const authority = extension(wildcard, 'X509v3 Authority Key Identifier');
    expect(subjectKey.critical).toBe(false);
    expect(subjectKey.value).toMatch(/^0414[0-9A-F]{40}$/);
    expect(authority).toEqual({ critical: false, value: `30168014${subjectKey.value!.slice(4)}` });
  });

  it('is a version 3 certificate, signed with SHA-256, with every extension once', () => {
    const shown = text(wildcard);
    expect(shown).toContain('Version: 3 (0x2)');
    const algorithm = keyType === 'rsa-2048' ? 'sha256WithRSAEncryption' : 'ecdsa-with-SHA256';
    expect(shown.match(/Signature Algorithm: .*/g)).toEqual(Array(2).fill(`Signature Algorithm: ${algorithm}`));
    const titles = shown.match(/^ {12}X509v3 .*?:/gm) ?? [];
    expect(titles).toHaveLength(6);
    expect(new Set(titles)).toHaveProperty('size', 6);
    expect(shown).not.toContain('Name Constraints');
  });

  it('belongs to its key', () => {
    const own = new X509Certificate(wildcard);
    expect(own.verify(own.publicKey)).toBe(true);
    expect(own.publicKey.export({ type: 'spki', format: 'pem' })).toBe(keys[keyType].publicKey);
    expect(own.checkHost('svc7.example.test')).toBe('*.example.test');
  });

  it('is PEM with lines of 64 characters, LF and a final newline', () => {
    expect(wildcard).toMatch(
      /^-----BEGIN CERTIFICATE-----\n([A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/=]{1,64}\n-----END CERTIFICATE-----\n$/,
    );
  });
});

describe('the project authority', () => {
  it('verifies strictly as an authority and has the constraints that it was asked for', () => {
    expect(verify(projectAuthority.certificate, '-CAfile', caFile)).toMatchObject({ code: 0 });
    const shown = text(projectAuthority.certificate);
    expect(shown).toMatch(
      /Name Constraints: critical\n +Permitted:\n +DNS:example\.test\n +DNS:svc\n +DNS:svc\.cluster\.local\n/,
    );
    expect(shown).not.toContain('Excluded');
    expect(shown).not.toContain('Extended Key Usage');
    expect(shown).not.toContain('Subject Alternative Name');
    expect(openssl.output('x509', '-noout', '-subject', '-in', caFile)).toBe(
      'subject=CN = example.test ingress-tls CA\n',
    );
  });

  it('says CA:TRUE with path length 0 and signs certificates and revocation lists only', () => {
    expect(extension(projectAuthority.certificate, 'X509v3 Basic Constraints')).toEqual({
      critical: true,
      value: '30060101FF020100',
    });
    expect(extension(projectAuthority.certificate, 'X509v3 Key Usage')).toEqual({ critical: true, value: '03020106' });
  });

  it('encodes subtrees without minimum and maximum', () => {
    const subtrees = ['example.test', 'svc', 'svc.cluster.local'].map((name) => {
      const length = Buffer.from([name.length]).toString('hex');
      const sequence = Buffer.from([name.length + 2]).toString('hex');
      return `30${sequence}82${length}${Buffer.from(name).toString('hex')}`;
    });
    const content = subtrees.join('');
    const inner = Buffer.from([content.length / 2]).toString('hex');
    const outer = Buffer.from([content.length / 2 + 2]).toString('hex');
    expect(extension(projectAuthority.certificate, 'X509v3 Name Constraints')).toEqual({
      critical: true,
      value: `30${outer}a0${inner}${content}`.toUpperCase(),
    });
  });

  it('is refused by OpenSSL for a name outside its constraints, whoever wrote the leaf', () => {
    const key = openssl.file('any.key', makeKey('ecdsa-p256').privateKey);
    const authorityKeyFile = openssl.file('ca.key', authorityKey.privateKey);
    const sign = (name: string): { readonly code: number | null; readonly output: string } => {
      const request = openssl.file('any.csr', openssl.output('req', '-new', '-key', key, '-subj', '/O=any'));
      const names = openssl.file(
        'any.ext',
        `subjectAltName=DNS:${name}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n`,
      );
      const leaf = openssl.file('any.crt', '');
      openssl.output(
        'x509',
        '-req',
        '-in',
        request,
        '-CA',
        caFile,
        '-CAkey',
        authorityKeyFile,
        '-set_serial',
        '7',
        '-days',
        '2',
        '-extfile',
        names,
        '-out',
        leaf,
      );
      return openssl.run('verify', '-CAfile', caFile, leaf);
    };
    expect(sign('evil.org').output).toContain('permitted subtree violation');
    expect(sign('evilexample.test').output).toContain('permitted subtree violation');
    expect(sign('deep.below.example.test')).toMatchObject({ code: 0 });
  });
});

describe.each(keyTypes)('leaves of type %s under an authority', (keyType) => {
  it('reencrypt: verifies under the names of the Service alone', () => {
    const leaf = issue(requestPodServer('ic3-svc8.default.svc', 365, keyType), { signer: projectAuthority });
    const options = ['-CAfile', caFile, '-purpose', 'sslserver', '-verify_hostname'];
    expect(verify(leaf, ...options, 'ic3-svc8.default.svc')).toMatchObject({ code: 0 });
    expect(verify(leaf, ...options, 'ic3-svc8.default.svc.cluster.local')).toMatchObject({ code: 0 });
    expect(verify(leaf, ...options, 'svc8.example.test').output).toContain('hostname mismatch');
  });

  it("passthrough: verifies under the exact host alone, with the authority's name and key identifier", () => {
    const leaf = issue(requestPassthroughServer(['svc9.example.test'], 365, keyType), { signer: projectAuthority });
    const options = ['-CAfile', caFile, '-purpose', 'sslserver', '-verify_hostname'];
    expect(verify(leaf, ...options, 'svc9.example.test')).toMatchObject({ code: 0 });
    expect(verify(leaf, ...options, 'svc7.example.test').output).toContain('hostname mismatch');
    expect(verify(leaf, '-CAfile', clientCaFile).output).toContain('unable to get local issuer certificate');

    const authority = new X509Certificate(projectAuthority.certificate);
    expect(new X509Certificate(leaf).checkIssued(authority)).toBe(true);
    expect(new X509Certificate(leaf).verify(authority.publicKey)).toBe(true);
    expect(extension(leaf, 'X509v3 Authority Key Identifier').value!.slice(8)).toBe(
      extension(projectAuthority.certificate, 'X509v3 Subject Key Identifier').value!.slice(4),
    );
  });

  it("client: verifies as a client under its service's authority and as nothing else", () => {
    const leaf = issue(requestClient('svc9', 365, keyType), { signer: clientAuthority });
    expect(verify(leaf, '-CAfile', clientCaFile, '-purpose', 'sslclient')).toMatchObject({ code: 0 });
    expect(verify(leaf, '-CAfile', clientCaFile, '-purpose', 'sslserver').output).toMatch(
      /unsuitable|unsupported certificate purpose/,
    );
    expect(verify(leaf, '-CAfile', caFile).code).not.toBe(0);
    expect(openssl.output('x509', '-noout', '-subject', '-in', openssl.file('client.crt', leaf))).toBe(
      'subject=CN = svc9-client\n',
    );
    expect(extension(leaf, 'X509v3 Key Usage')).toEqual({ critical: true, value: '03020780' });
    expect(extension(leaf, 'X509v3 Extended Key Usage')).toEqual({
      critical: false,
      value: '300A06082B06010505070302',
    });
  });
});

describe('subjects', () => {
  it('of 65 characters are left out, and the names become critical', () => {
    const host = `${'a'.repeat(52)}.example.test`;
    expect(host).toHaveLength(65);
    const leaf = issue(requestPassthroughServer([host], 30, 'ecdsa-p256'), { signer: projectAuthority });
    expect(extension(leaf, 'X509v3 Subject Alternative Name').critical).toBe(true);
    expect(new X509Certificate(leaf).checkHost(host, { subject: 'never' })).toBe(host);
    expect(openssl.output('x509', '-noout', '-subject', '-in', openssl.file('nameless.crt', leaf))).toBe('subject=\n');
    expect(verify(leaf, '-CAfile', caFile, '-purpose', 'sslserver', '-verify_hostname', host)).toMatchObject({
      code: 0,
    });
  });

  it('of 64 characters stay', () => {
    const host = `${'a'.repeat(51)}.example.test`;
    const leaf = issue(requestPassthroughServer([host], 30, 'ecdsa-p256'), { signer: projectAuthority });
    expect(new X509Certificate(leaf).subject).toBe(`CN=${host}`);
    expect(extension(leaf, 'X509v3 Subject Alternative Name').critical).toBe(false);
  });

  it('of authorities and clients with long owners are never empty', () => {
    const long = 'b'.repeat(63);
    expect(new X509Certificate(issue(requestClientAuthority(long, 'ecdsa-p256'))).subject).toBe(
      `CN=client CA\nO=${long}`,
    );
    expect(new X509Certificate(issue(requestClient(long, 30, 'ecdsa-p256'), { signer: clientAuthority })).subject).toBe(
      `CN=client\nO=${long}`,
    );
    const domain = `${'c'.repeat(60)}.${'d'.repeat(60)}.test`;
    expect(new X509Certificate(issue(requestProjectAuthority(domain, 'ecdsa-p256'))).subject).toBe('CN=ingress-tls CA');
    const wildcard = new X509Certificate(issue(requestWildcard(domain, 30, 'ecdsa-p256')));
    expect([wildcard.subject, wildcard.issuer, wildcard.subjectAltName]).toEqual([
      'CN=ingress-tls wildcard',
      'CN=ingress-tls wildcard',
      `DNS:*.${domain}, DNS:${domain}`,
    ]);
  });

  // ub-common-name and ub-organization-name are 64 (RFC 5280, A.1); an issuer is never empty (4.1.2.4). 251 is the longest domain with a wildcard.
  it.each([62, 63, 64, 65, 251])(
    'of all that a project of a domain of %d characters needs name their issuer, in attributes of at most 64',
    (length) => {
      const name = `${'abcdefgh.'
        .repeat(30)
        .slice(0, length - 5)
        .replace(/\.$/, 'x')}.test`;
      expect(name).toHaveLength(length);
      const ca = {
        key: authorityKey,
        certificate: issue(requestProjectAuthority(name, 'ecdsa-p256'), { key: authorityKey }),
      };
      const service = 'l'.repeat(63);
      const clientCa = {
        key: authorityKey,
        certificate: issue(requestClientAuthority(service, 'ecdsa-p256'), { key: authorityKey }),
      };
      const wildcard = { certificate: issue(requestWildcard(name, 30, 'ecdsa-p256')) };
      const issued = [
        [wildcard, wildcard, `svc.${name}`],
        [{ certificate: issue(requestPassthroughServer([name], 30, 'ecdsa-p256'), { signer: ca }) }, ca, name],
        [
          {
            certificate: issue(requestPodServer(`ic3-${'s'.repeat(59)}.${'n'.repeat(63)}.svc`, 30, 'ecdsa-p256'), {
              signer: ca,
            }),
          },
          ca,
          `ic3-${'s'.repeat(59)}.${'n'.repeat(63)}.svc`,
        ],
        [{ certificate: issue(requestClient(service, 30, 'ecdsa-p256'), { signer: clientCa }) }, clientCa, undefined],
      ] as const;
      for (const [{ certificate }, issuer, host] of issued) {
        const options = [
          '-CAfile',
          openssl.file('issuer.crt', issuer.certificate),
          ...(host === undefined || host.length > 253 ? [] : ['-verify_hostname', host]),
        ];
        expect(verify(certificate, ...options)).toMatchObject({ code: 0 });
      }
      for (const certificate of [ca, clientCa, ...issued.map(([each]) => each)].map((each) => each.certificate)) {
        const shown = openssl.output(
          'x509',
          '-noout',
          '-subject',
          '-issuer',
          '-nameopt',
          'multiline',
          '-in',
          openssl.file('named.crt', certificate),
        );
        expect(shown).toMatch(/issuer=\n +(commonName|organizationName) +=/);
        for (const [, value = ''] of shown.matchAll(/ = (.*)$/gm)) expect(value.length).toBeLessThanOrEqual(64);
      }
    },
  );

  it('keep their bytes up to the longest domain that fits', () => {
    const subjectOf = (length: number): string =>
      new X509Certificate(issue(requestWildcard(`${'e'.repeat(58).slice(0, length - 5)}.test`, 30, 'ecdsa-p256')))
        .subject;
    expect(subjectOf(62)).toBe(`CN=*.${'e'.repeat(57)}.test\nO=${'e'.repeat(57)}.test`);
    expect(subjectOf(63)).toBe(`O=${'e'.repeat(58)}.test`);
  });

  it('hold text beyond ASCII', () => {
    const client = { ...requestClient('svc9', 30, 'ecdsa-p256'), commonName: 'Zoë Łukasz 李' };
    expect(new X509Certificate(issue(client)).subject).toBe('CN=Zoë Łukasz 李');
  });
});

describe('one input', () => {
  it('gives the same bytes twice with RSA', () => {
    const request = requestWildcard('example.test', 365, 'rsa-2048');
    expect(issue(request)).toBe(issue(request));
  });

  it('gives other bytes with another serial number', () => {
    expect(issue(serverRequest)).not.toBe(issue(serverRequest, { serialBytes: new Uint8Array(16) }));
  });
});
