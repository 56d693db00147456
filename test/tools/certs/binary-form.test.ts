import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { createProjectFiles } from '../../../src/world/files/files.ts';
import { UsageError } from '../../../src/errors.ts';
import { issue, keys, serverRequest } from '../../support/certs/fixtures.ts';
import { beginLine } from '../../support/certs/pem-block.ts';
import { OpenSsl } from '../../support/openssl.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

function refusalOf(path: string): UsageError {
  try {
    createProjectFiles(openssl.folder).readText(path);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return error as UsageError;
  }
  throw new Error('nothing was refused');
}

const certificate = issue(serverRequest);
const pem = openssl.file('pem.crt', certificate);
const key = openssl.file('pem.key', keys['ecdsa-p256'].privateKey);

describe('a file in binary form', () => {
  it.each([
    ['a certificate in DER form', 'der.crt', ['x509', '-in', pem, '-outform', 'DER', '-out', 'der.crt']],
    ['a key in DER form', 'der.key', ['pkey', '-in', key, '-outform', 'DER', '-out', 'der.key']],
    ['a key in DER form', 'sec1.key', ['ec', '-in', key, '-outform', 'DER', '-out', 'sec1.key']],
    [
      'a PKCS#12 store',
      'store.crt',
      ['pkcs12', '-export', '-in', pem, '-inkey', key, '-passout', 'pass:', '-out', 'store.crt'],
    ],
    [
      'a PKCS#12 store',
      'store.key',
      ['pkcs12', '-export', '-in', pem, '-inkey', key, '-passout', 'pass:', '-out', 'store.key'],
    ],
  ])('is named as %s (%s), and the command that is offered writes it as PEM', (name, path, make) => {
    openssl.output(...make);
    const { message, remedy = '' } = refusalOf(path);
    expect(message).toBe(`cannot read ${path}: it is ${name}, not UTF-8 text`);
    const [, command = ''] = /openssl (.*?)\)?$/.exec(remedy) ?? [];
    openssl.output(...command.split(' '), ...(command.startsWith('pkcs12') ? ['-passin', 'pass:'] : []));
    const written = readFileSync(join(openssl.folder, 'NEW-FILE'), 'utf8');
    expect(written).toContain(path.endsWith('.key') ? beginLine('PRIVATE KEY') : certificate);
    expect(remedy.includes('(umask 077; ')).toBe(path.endsWith('.key') || command.startsWith('pkcs12'));
  });

  it.each([
    ['UTF-16', 'wide.crt', Buffer.from(`\ufeff${certificate}`, 'utf16le'), 'it is UTF-16 text, not UTF-8 text'],
    ['something else', 'other.crt', Buffer.from([0xff, 0x00, 0x80]), 'it is not UTF-8 text'],
    ['another SEQUENCE', 'odd.crt', Buffer.from([0x30, 0x82, 0x01, 0x00, 0x05, 0x00]), 'it is not UTF-8 text'],
  ])('is named where it is known: %s', (_, path, bytes, words) => {
    openssl.file(path, bytes);
    const { message, remedy } = refusalOf(path);
    expect([message, remedy]).toEqual([`cannot read ${path}: ${words}`, `Save ${path} as UTF-8.`]);
  });
});
