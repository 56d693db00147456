import { afterAll, describe, expect, it } from 'vitest';

import { inspectCertificate } from '../../../src/certs/inspect.ts';
import { requestPassthroughServer, requestProjectAuthority } from '../../../src/certs/requests.ts';
import { authorityKey, issue, keys, serverRequest } from '../../support/certs/fixtures.ts';
import { OpenSsl } from '../../support/openssl.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

/** What is said of a self-signed certificate of OpenSSL's own making, for a key by these options of genpkey. */
function limitsOf(subject: string, ...options: readonly string[]): readonly (readonly [string, string])[] {
  const key = openssl.file('own.key', openssl.output('genpkey', '-quiet', ...options));
  const made = openssl.output(
    'req',
    '-x509',
    '-key',
    key,
    '-subj',
    subject,
    '-days',
    '9',
    '-addext',
    'subjectAltName=DNS:a.example.test',
  );
  return inspectCertificate(made).limits.map(({ fact, reach }) => [fact, reach]);
}

const curve = (name: string): readonly string[] => ['-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${name}`];
const rsa = (bits: number): readonly string[] => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`];

describe('what clients refuse', () => {
  it.each([
    ['RSA-2048', rsa(2048), []],
    ['RSA-3072', rsa(3072), []],
    ['P-256', curve('P-256'), []],
    ['P-384', curve('P-384'), []],
    ['RSA-1024', rsa(1024), [['its key is RSA of 1024 bits', 'some']]],
    ['RSA-512', rsa(512), [['its key is RSA of 512 bits', 'every']]],
    ['P-521', curve('P-521'), [['its key is on the curve P-521', 'some']]],
    ['secp256k1', curve('secp256k1'), [['its key is on the curve secp256k1', 'every']]],
    ['P-224', curve('P-224'), [['its key is on the curve secp224r1', 'every']]],
    [
      'explicit parameters',
      [...curve('P-256'), '-pkeyopt', 'ec_param_enc:explicit'],
      [['its key spells its curve out instead of naming it', 'go']],
    ],
    ['RSA-PSS', ['-algorithm', 'RSA-PSS'], [['its key is RSA for PSS alone', 'go']]],
    ['Ed25519', ['-algorithm', 'ED25519'], [['its key is Ed25519', 'some']]],
    ['Ed448', ['-algorithm', 'ED448'], [['its key is of the kind ed448', 'go']]],
  ] as const)('%s', (_, options, expected) => {
    expect(limitsOf('/O=own', ...options)).toEqual(expected);
  });

  it('an empty issuer, which a self-signed certificate without a subject has', () => {
    expect(limitsOf('/', ...curve('P-256'))).toEqual([['it names no issuer', 'some']]);
  });

  it('nothing that is made here', () => {
    const authority = {
      key: authorityKey,
      certificate: issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey }),
    };
    const nameless = issue(requestPassthroughServer([`${'a'.repeat(60)}.example.test`], 9, 'ecdsa-p256'), {
      signer: authority,
    });
    for (const made of [
      issue(serverRequest),
      issue({ ...serverRequest, keyType: 'rsa-2048' }, { key: keys['rsa-2048'] }),
      authority.certificate,
      nameless,
    ]) {
      expect(inspectCertificate(made).limits).toEqual([]);
    }
  });
});
