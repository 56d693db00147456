import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { requestProjectAuthority } from '../../../src/certs/requests.ts';
import { authorityKey, issue, serverRequest } from '../../support/certs/fixtures.ts';
import { OpenSsl } from '../../support/openssl.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

const minute = 60_000;
const day = 24 * 60 * minute;
const anyTime = fc.date({ min: new Date('2000-01-01'), max: new Date('9900-01-01'), noInvalidDate: true });

function datesOf(certificate: string): { readonly from: number; readonly to: number } {
  const { validFrom, validTo } = new X509Certificate(certificate);
  return { from: Date.parse(validFrom), to: Date.parse(validTo) };
}

/** The two times as they are encoded. */
function encodedTimes(certificate: string): readonly string[] {
  const parsed = openssl.output('asn1parse', '-in', openssl.file('dated.crt', certificate));
  return Array.from(parsed.matchAll(/(UTCTIME|GENERALIZEDTIME) *:(\w+)/g), ([, type, text]) => `${type} ${text}`);
}

describe('validity', () => {
  it('begins five minutes early and ends after the days', () => {
    fc.assert(
      fc.property(anyTime, fc.integer({ min: 1, max: 824 }), (now, days) => {
        const second = Math.floor(now.getTime() / 1000) * 1000;
        expect(datesOf(issue({ ...serverRequest, days }, { now }))).toEqual({
          from: second - 5 * minute,
          to: second + days * day,
        });
      }),
    );
  });

  it('is at most 825 days long, both ends counted', () => {
    const { from, to } = datesOf(issue({ ...serverRequest, days: 825 }));
    expect(to - from).toBe(825 * day - 1000);
  });

  it("never ends after the issuer's", () => {
    fc.assert(
      fc.property(
        anyTime,
        fc.integer({ min: 1, max: 3650 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 1, max: 825 }),
        (made, authorityDays, age, days) => {
          const request = { ...requestProjectAuthority('example.test', 'ecdsa-p256'), days: authorityDays };
          const certificate = issue(request, { key: authorityKey, now: made });
          const now = new Date(made.getTime() + age * authorityDays * day);
          const leaf = datesOf(issue({ ...serverRequest, days }, { now, signer: { key: authorityKey, certificate } }));
          const authority = datesOf(certificate);
          expect(leaf.to).toBeLessThanOrEqual(authority.to);
          expect(leaf.to).toBeGreaterThan(leaf.from);
          expect(leaf.to === authority.to || days === 825 || leaf.to - leaf.from === days * day + 5 * minute).toBe(
            true,
          );
        },
      ),
    );
  });

  it.each([
    // UTCTime through 2049, GeneralizedTime from 2050 on.
    ['2049-12-31T23:59:59.999Z', 1, ['UTCTIME 491231235459Z', 'GENERALIZEDTIME 20500101235959Z']],
    ['2049-12-30T23:59:59Z', 1, ['UTCTIME 491230235459Z', 'UTCTIME 491231235959Z']],
    ['2050-01-01T00:04:59Z', 365, ['UTCTIME 491231235959Z', 'GENERALIZEDTIME 20510101000459Z']],
    ['2050-01-01T00:05:00Z', 365, ['GENERALIZEDTIME 20500101000000Z', 'GENERALIZEDTIME 20510101000500Z']],
    // Leap days, and a century without one.
    ['2028-02-28T00:00:00Z', 1, ['UTCTIME 280227235500Z', 'UTCTIME 280229000000Z']],
    ['2028-02-29T12:00:00Z', 365, ['UTCTIME 280229115500Z', 'UTCTIME 290228120000Z']],
    ['2100-02-28T12:00:00Z', 1, ['GENERALIZEDTIME 21000228115500Z', 'GENERALIZEDTIME 21000301120000Z']],
  ])('from %s for %d days is encoded by RFC 5280', (now, days, times) => {
    expect(encodedTimes(issue({ ...serverRequest, days }, { now: new Date(now) }))).toEqual(times);
  });
});

describe('serial numbers', () => {
  it('are positive and 16 octets long for any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (octets) => {
        const { serialNumber } = new X509Certificate(issue(serverRequest, { serialBytes: octets }));
        expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
        expect(serialNumber.slice(2).toLowerCase()).toBe(Buffer.from(octets.subarray(1)).toString('hex'));
      }),
    );
  });

  it.each([0x00, 0x7f, 0x80, 0xff])('of octets 0x%s alone are a 16-octet INTEGER without a sign', (octet) => {
    const certificate = openssl.file(
      'serial.crt',
      issue(serverRequest, { serialBytes: new Uint8Array(16).fill(octet) }),
    );
    const integers = openssl.output('asn1parse', '-in', certificate).match(/l= +16 prim: INTEGER +:[^-].*/g);
    expect(integers).toHaveLength(1);
  });
});
