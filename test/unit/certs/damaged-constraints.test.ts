import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { inspectCertificate } from '../../../src/certs/inspect.ts';
import { requestProjectAuthority } from '../../../src/certs/requests.ts';
import { issue } from '../../support/certs/fixtures.ts';

const whole = new X509Certificate(issue(requestProjectAuthority('example.test', 'ecdsa-p256')));
/** Where the object identifier of the name constraints ends (RFC 5280, 4.2.1.10); behind it come criticality and value. */
const found = whole.raw.indexOf(Buffer.from('0603551d1e', 'hex')) + 5;
const list = whole.raw.indexOf(Buffer.from([0xa0]), found);

function damage(at: number, octet: number): string {
  const der = Buffer.from(whole.raw);
  der[at] = octet;
  return `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
}

it('reads what an authority may sign for', () => {
  expect(inspectCertificate(whole.toString(), 'ca.crt').permittedDnsNames).toEqual([
    'example.test',
    'svc',
    'svc.cluster.local',
  ]);
});

it.each([
  ['the list is of another kind', list, 0x80],
  ['the whole is empty', list - 1, 0],
  ['a name is of another kind', list + 4, 0xa2],
  ['a name has no kind', list + 4, 0x22],
])('takes no authority for one that may sign for every name: %s', (_, at, octet) => {
  expect(() => inspectCertificate(damage(at, octet), 'ca.crt')).toThrow('its extensions are damaged');
});
