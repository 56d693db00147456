import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteOutput, redact } from '../../../src/world/exec/redaction.ts';
import { issue, serverRequest } from '../../support/certs/fixtures.ts';
import { beginLine } from '../../support/certs/pem-block.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const keys: readonly string[] = [
  rsa.export({ type: 'pkcs8', format: 'pem' }),
  rsa.export({ type: 'pkcs1', format: 'pem' }),
  rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
  rsa.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
  ec.export({ type: 'pkcs8', format: 'pem' }),
  ec.export({ type: 'sec1', format: 'pem' }),
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
].map(String);

const certificate = issue(serverRequest);

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function wrap(text: string, width: number): string {
  return text.replace(new RegExp(`.{${width}}`, 'gs'), '$&\n');
}

/** The characters that base64 is made of, so that no form of wrapping hides a part of a key. */
function essence(text: string): string {
  return text.replace(/\\[nrt]/g, '').replace(/[^A-Za-z0-9+/]/g, '');
}

/** Sixteen characters in a row of the key, in plain PEM or in its base64, are a leak. */
function expectNothingOf(key: string, output: string): void {
  const body = essence(key.replace(/-----[^-]+-----/g, '').replace(/^(Proc-Type|DEK-Info).*$/gm, ''));
  const shown = essence(output);
  const leaks: string[] = [];
  for (const secret of [body, essence(base64(key))]) {
    for (let start = 0; start + 16 <= secret.length; start += 1) {
      const part = secret.slice(start, start + 16);
      if (shown.includes(part)) leaks.push(part);
    }
  }
  expect(leaks, output).toEqual([]);
}

const anyKey = fc.constantFrom(...keys);
const words = fc
  .array(
    fc.constantFrom(
      'error:',
      'Secret "x"',
      'is invalid',
      '\n',
      '-----',
      '  ',
      'svc8',
      '{',
      '}',
      '"',
      ':',
      'BEGIN',
      'data',
    ),
    { maxLength: 8 },
  )
  .map((list) => list.join(' '));
const forms: Readonly<Record<string, (key: string) => string>> = {
  'as it is': (key) => key,
  'with CRLF': (key) => key.replaceAll('\n', '\r\n'),
  'indented in YAML': (key) => `tls.key: |\n${key.replace(/^/gm, '    ')}`,
  'as a difference': (key) => key.replace(/^/gm, '+    '),
  'in a quoted mail': (key) => key.replace(/^/gm, '> '),
  'in JSON': (key) => JSON.stringify({ data: { 'tls.key': key } }),
  'in JSON twice': (key) => JSON.stringify(JSON.stringify({ key })),
  'on one line': (key) => key.replaceAll('\n', ' '),
  'as strings that are added up': (key) =>
    key
      .split('\n')
      .map((line) => `"${line}\\n" +`)
      .join('\n'),
  'as base64': (key) => `  tls.key: ${base64(key)}`,
  'as base64 in JSON': (key) => JSON.stringify({ data: { 'tls.key': base64(key), 'tls.crt': base64(certificate) } }),
  'as base64 after other text': (key) => base64(`Bag Attributes\n${key}`),
  'as base64 after a certificate': (key) => base64(certificate + key),
  'as base64 with an indentation': (key) => base64(`  ${key}`),
  'as base64 of base64': (key) => base64(base64(key)),
  'as base64 for URLs': (key) => Buffer.from(key).toString('base64url'),
  'after a certificate': (key) => certificate + key + certificate,
  twice: (key) => `${key}between\n${key}`,
};

describe('redact', () => {
  it.each(Object.entries(forms))('removes a key %s from any text', (_, form) => {
    fc.assert(
      fc.property(anyKey, words, words, (key, before, after) => {
        expectNothingOf(key, redact(`${before}\n${form(key)}\n${after}`));
        expectNothingOf(key, redact(before + form(key) + after));
      }),
      { numRuns: 30 },
    );
  });

  it('removes a key that is wrapped at any width, also in its markers', () => {
    fc.assert(
      fc.property(anyKey, fc.integer({ min: 3, max: 200 }), fc.constantFrom('', '  ', '\t'), (key, width, indent) => {
        const lines = wrap(key.replaceAll('\n', ' '), width).replaceAll('\n', `\n${indent}`);
        expectNothingOf(key, redact(`error: ${lines}`));
        expectNothingOf(key, redact(`error: ${wrap(base64(key), width).replaceAll('\n', `\n${indent}`)}\nend of it`));
      }),
      { numRuns: 200 },
    );
  });

  it('removes what is left of a key that was cut at line ends', () => {
    fc.assert(
      fc.property(anyKey, fc.nat(), fc.nat(), fc.boolean(), (key, first, last, asJson) => {
        const lines = key.trimEnd().split('\n');
        const from = first % lines.length;
        const to = from + 1 + (last % (lines.length - from));
        const cut = lines.slice(from, to);
        // A last line of a key by itself, without a marker and without the line before, is not to be told from a word.
        if (cut.length === 1 && cut[0]!.length < 40) return;
        expectNothingOf(
          key,
          redact(asJson ? JSON.stringify({ text: cut.join('\n') }) : `error: it is wrong\n${cut.join('\n')}\n`),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('removes what is left of a key that was cut anywhere', () => {
    fc.assert(
      fc.property(anyKey, fc.nat(), (key, at) => {
        const position = at % key.length;
        expectNothingOf(key, redact(`error: ${key.slice(0, position)}`));
        expectNothingOf(key, redact(`${key.slice(position)}error: x`));
        const encoded = base64(key);
        expectNothingOf(key, redact(`error: ${encoded.slice(0, position)}`));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['Authorization: Bearer abc.def-ghi', 'abc.def-ghi'],
    ['curl -H "Authorization: Basic dXNlcjpwYXNz" https://x', 'dXNlcjpwYXNz'],
    ['bearer 0123456789abcdef', '0123456789abcdef'],
    ['token: eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl', 'eyJ'],
    ['"id-token":"0123456789abcdefghij"', '0123456789abcdefghij'],
    ['password: hunter2', 'hunter2'],
    ['dial https://user:hunter2@example.test/api', 'hunter2'],
    ['client-key-data: QUJDREVGR0hJSktMTU5P', 'QUJDREVG'],
  ])('removes the secret of %j', (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[removed]');
  });

  it.each([
    'error: error validating "STDIN": failed to download openapi: Get "https://127.0.0.1:1/openapi/v2?timeout=32s": dial tcp 127.0.0.1:1: connect: connection refused',
    'error: Cannot read file certs/svc8.key, open certs/svc8.key: no such file or directory',
    'The Secret "ingress-controller-demo-tls-secret" is invalid: data[tls.key]: Required value',
    'image registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:594ceea76b01c592858f803f9ff4d2cb40542cae2060410b2c95f75907d659e1',
    'open /home/somebody/projects/kubernetes/ingress/examples/charts/templates/deployment.yaml: no such file',
    'secret/ingress-controller-demo-tls-secret serverside-applied',
    'Error: UPGRADE FAILED: another operation (install/upgrade/rollback) is in progress',
    'deployment "ic3-ingress-nginx-controller-with-a-rather-long-name-of-its-own" successfully rolled out',
    'Deployment.apps "ic3" is invalid: spec.selector: Invalid value: {"matchLabels":{"app.kubernetes.io/name":"svc7"}}: field is immutable',
    'uid 8998e915-94fd-428d-8af1-183946c5f40f',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('shortens certificates, which are public', () => {
    expect(redact(`a\n${certificate}b`)).toBe('a\n[certificate]\nb');
    expect(redact(`tls.crt: ${base64(certificate)}`)).toBe('tls.crt: [certificate]');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyKey, fc.constantFrom(...Object.values(forms)), words, (key, form, before) => {
        const once = redact(`${before} ${form(key)}`);
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    '-',
    '-----BEGIN ',
    'LS0tLS1CRUdJTi\n',
    '\n',
    '-----BEGIN CERTIFICATE-----',
    'A'.repeat(41) + '\n',
    ' ',
    'a:',
    '"\\n',
    'eyJ',
    beginLine('PRIVATE KEY'),
  ])('takes no long time for a text of nothing but %j', (piece) => {
    // Time that grew with the square of it would be over the test's own limit.
    expect(quoteOutput(piece.repeat(Math.ceil(300_000 / piece.length))).length).toBeLessThan(300_000);
  });
});

describe('quoteOutput', () => {
  it('shows lines without control characters and only the last of many', () => {
    expect(quoteOutput('\u001b[31mred\u001b[0m\u0007 a\tb\u009b2J\r\n\n')).toEqual(['red a  b2J']);
    const lines = quoteOutput(Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n'), 3);
    expect(lines).toEqual(['[47 lines before]', 'line 47', 'line 48', 'line 49']);
  });

  it('shows nothing of a key in a text that is cut in the middle of it', () => {
    const key = keys[0]!;
    for (const room of [10, 300, 900, 1500]) {
      expectNothingOf(key, quoteOutput(key + 'x\n'.repeat((256 * 1024 - room) / 2), 200_000).join('\n'));
    }
  });
});
