import { createPrivateKey } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';

import { derivePublicKey, isPair } from '../../../src/certs/key-pair.ts';
import { UsageError } from '../../../src/errors.ts';
import { issue, keys, makeKey, serverRequest } from '../../support/certs/fixtures.ts';
import { pemBlock } from '../../support/certs/pem-block.ts';
import { OpenSsl } from '../../support/openssl.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

const keyTypes = ['rsa-2048', 'ecdsa-p256'] as const;

describe.each(keyTypes)('a key of type %s', (keyType) => {
  const { privateKey, publicKey } = keys[keyType];
  const certificate = issue({ ...serverRequest, keyType });

  it('belongs to its certificate and to no other', () => {
    expect(isPair(certificate, privateKey)).toBe(true);
    for (const other of keyTypes) {
      expect(isPair(certificate, makeKey(other).privateKey)).toBe(false);
    }
  });

  it('gives its public key', () => {
    expect(derivePublicKey(privateKey)).toBe(publicKey);
    expect(openssl.output('pkey', '-pubout', '-in', openssl.file('any.key', privateKey))).toBe(publicKey);
  });

  it('is read in its older form too, and with CRLF', () => {
    const older = openssl.output('pkey', '-traditional', '-in', openssl.file('any.key', privateKey));
    expect(older).toMatch(/BEGIN (RSA|EC) PRIVATE KEY/);
    expect(isPair(certificate, older)).toBe(true);
    expect(isPair(certificate, privateKey.replaceAll('\n', '\r\n'))).toBe(true);
  });
});

describe('text that is no usable key', () => {
  const { privateKey } = keys['rsa-2048'];
  const body = privateKey.split('\n').slice(1, -2);
  const encrypted = createPrivateKey(privateKey)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'tiger-passphrase' })
    .toString();
  const olderEncrypted = createPrivateKey(privateKey)
    .export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'tiger-passphrase' })
    .toString();
  const certificate = issue(serverRequest);

  it.each([
    ['nothing', '', 'no block'],
    ['a certificate', certificate, 'no block'],
    ['a public key', keys['rsa-2048'].publicKey, 'no block'],
    ['an encrypted key', encrypted, 'encrypted'],
    ['an encrypted key of the older form', olderEncrypted, 'encrypted'],
    ['an encrypted key of the older form with CRLF', olderEncrypted.replaceAll('\n', '\r\n'), 'encrypted'],
    ['a cut key', privateKey.slice(0, 400), 'damaged'],
    ['a key without its armour', body.join('\n'), 'no block'],
    ['a key with a changed beginning', privateKey.replace(body[0]!, 'A'.repeat(64)), 'damaged'],
    ['a key of unknown kind', pemBlock('PRIVATE KEY', 'MAA='), 'damaged'],
    ['too much', privateKey.padEnd(256 * 1024 + 1), 'too long'],
  ])('%s is refused without a word of it', (_, text, reason) => {
    for (const read of [derivePublicKey, (key: string) => isPair(certificate, key)]) {
      let error: unknown;
      try {
        read(text);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(UsageError);
      const known = error as UsageError;
      expect(known.message).toMatch(/^private key not readable: /);
      expect(known.message).toContain(reason);
      expect(known.remedy).toMatch(/openssl pkey|whole file/);
      const shown = `${known.stack} ${known.remedy} ${JSON.stringify(known.details)} ${String(known.cause)}`;
      for (const line of text
        .split('\n')
        .filter((part) => part.length > 16 && !/^(-----|Proc-Type|DEK-Info)/.test(part))) {
        expect(shown).not.toContain(line.slice(0, 16));
      }
    }
  });

  it('is named where its place is known', () => {
    expect(() => derivePublicKey('', 'certs/svc8.key')).toThrow(/^certs\/svc8\.key not readable: /);
  });
});
