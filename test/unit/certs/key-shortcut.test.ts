import { createPrivateKey, X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isPair } from '../../../src/certs/key-pair.ts';
import { issue, keys, makeKey, serverRequest } from '../../support/certs/fixtures.ts';
import { pemBlock } from '../../support/certs/pem-block.ts';

const certificate = issue(serverRequest);
const key = Buffer.from(keys['ecdsa-p256'].privateKey.replace(/-----.*-----|\n/g, ''), 'base64');
const other = Buffer.from(makeKey('ecdsa-p256').privateKey.replace(/-----.*-----|\n/g, ''), 'base64');

function encode(der: Buffer, width = 64): string {
  return pemBlock('PRIVATE KEY', (der.toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\n'));
}

function answer(ask: () => boolean): boolean | 'refused' {
  try {
    return ask();
  } catch {
    return 'refused';
  }
}

/** By OpenSSL, which reads every key. */
const byOpenSsl = (pem: string): boolean | 'refused' =>
  answer(() => new X509Certificate(certificate).checkPrivateKey(createPrivateKey(pem)));

describe('a key whose text says to whom it belongs', () => {
  it('is judged as OpenSSL judges it, whatever is changed in it', () => {
    const change = fc.record({ at: fc.nat(key.length - 1), bits: fc.integer({ min: 1, max: 255 }) });
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 2 }),
        fc.constantFrom(64, 64, 60, 76),
        fc.nat(key.length),
        (changes, width, cut) => {
          const der = Buffer.from(key);
          for (const { at, bits } of changes) der[at] = (der[at] ?? 0) ^ bits;
          for (const octets of [der, der.subarray(0, cut)]) {
            const pem = encode(octets, width);
            expect(answer(() => isPair(certificate, pem))).toBe(byOpenSsl(pem));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['another private key', 36, 68],
    ["another key's public key", 74, 138],
  ])('with %s in it', (_, start, end) => {
    const der = Buffer.from(key);
    other.copy(der, start, start, end);
    const pem = encode(der);
    expect(answer(() => isPair(certificate, pem))).toBe(byOpenSsl(pem));
  });
});
