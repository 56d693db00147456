import { describe, expect, it } from 'vitest';

import { isPair } from '../../../src/certs/key-pair.ts';
import { inspectCertificate } from '../../../src/certs/inspect.ts';
import { UsageError } from '../../../src/errors.ts';
import { issue, keys, makeKey, serverRequest } from '../../support/certs/fixtures.ts';

const certificate = issue(serverRequest);
const other = issue(serverRequest, { key: makeKey('ecdsa-p256') });
const key = keys['ecdsa-p256'].privateKey;
const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';

function refusalOf(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('nothing was refused');
}

describe('a file of certificates', () => {
  // Each was asked of tls.X509KeyPair of Go 1.26, which finds no block there, or fewer.
  it.each([
    ['a byte order mark', `\ufeff${certificate}`, 'in line 1, something else stands beside "-----BEGIN ...-----"'],
    [
      'a byte order mark before the second',
      `${certificate}\ufeff${other}`,
      `in line ${certificate.split('\n').length}, `,
    ],
    ['spaces before the block', certificate.replace(/^/gm, '  '), 'in line 1, '],
    ['no line break between two', certificate.trimEnd() + other, `in line ${certificate.split('\n').length - 1}, `],
    ['text behind the end', certificate.replace(/-----\n$/, '-----x\n'), 'beside "-----END ...-----"'],
    ['line ends of old Macintosh', certificate.replaceAll('\n', '\r'), 'in line 1, '],
    ['another end', certificate.replace('END CERTIFICATE', 'END X509 CRL'), 'beside "-----END ...-----"'],
    [
      'a block that is cut',
      certificate + other.slice(0, 200),
      `the block that begins in line ${certificate.split('\n').length} is damaged`,
    ],
    ['a damaged second', certificate + other.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA'), 'a block is damaged'],
    ['UTF-16', certificate.replace(/./gs, '$&\0'), 'zero bytes'],
    [
      "OpenSSL's own form",
      certificate.replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE'),
      'its first block is "-----BEGIN TRUSTED CERTIFICATE-----"',
    ],
    ['something else first', parameters + certificate, 'its first block is "-----BEGIN EC PARAMETERS-----"'],
  ])('with %s is refused, with a line to look at', (_, text, reason) => {
    const { message, remedy } = refusalOf(() => inspectCertificate(text, 'certs/wildcard.crt'));
    expect(message).toMatch(/^certs\/wildcard\.crt not readable: /);
    expect(message).toContain(reason);
    expect(remedy).not.toBe('');
  });

  it.each([
    ['text around', `subject=x\n\n${certificate}\nmore\n`],
    ['a byte order mark before a comment', `\ufeff# x\n${certificate}`],
    ['CRLF and spaces behind the lines', certificate.replaceAll('\n', ' \t\r\n')],
    ['no final line break', certificate.trimEnd()],
    ['a chain, parameters behind', certificate + other + parameters],
    ['an end without a beginning', `-----END CERTIFICATE-----\n${certificate}`],
  ])('with %s is read', (_, text) => {
    expect(inspectCertificate(text)).toEqual(inspectCertificate(certificate));
  });
});

describe('a file of a key', () => {
  it.each([
    ['parameters first, as openssl ecparam -genkey writes', parameters + key],
    ['the certificate before it', certificate + key],
    ['another key behind it', key + makeKey('ecdsa-p256').privateKey],
    ['CRLF', key.replaceAll('\n', '\r\n')],
    ['text around', `Bag Attributes\n${key}x\n`],
  ])('with %s is read', (_, text) => {
    expect(isPair(certificate, text)).toBe(true);
  });

  it('with another key before it is that key, as Go and nginx take it', () => {
    expect(isPair(certificate, makeKey('ecdsa-p256').privateKey + key)).toBe(false);
  });

  it.each([
    ['a byte order mark', `\ufeff${key}`],
    ['spaces before the block', key.replace(/^/gm, ' ')],
    ['text behind the end', key.replace(/-----\n$/, '-----x\n')],
  ])('with %s is refused without a word of it', (_, text) => {
    const { message } = refusalOf(() => isPair(certificate, text, 'certs/wildcard.key'));
    expect(message).toMatch(/^certs\/wildcard\.key not readable: in line \d+, something else stands beside/);
    for (const line of key.split('\n').slice(1, -2)) expect(message).not.toContain(line.slice(0, 16));
  });
});
