import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readCaddyfile } from '../../../src/preview/input-caddyfile.ts';

/** The Caddyfile of an example's chart, with its two places of helm filled in. */
function example(service: string): string {
  const template = readFileSync(
    new URL(`../../../examples/three-modes/expected/charts/${service}/templates/configmap.yaml`, import.meta.url),
    'utf8',
  );
  const [, body = ''] = /Caddyfile: \|\n([\s\S]*)/.exec(template) ?? [];
  return body
    .replaceAll(/^ {4}/gm, '')
    .replace('{{ .Values.containerPort | int }}', '8080')
    .replace('{{ .Chart.Name }}', service);
}

it('reads what the charts write', () => {
  expect(readCaddyfile(example('svc7'))).toEqual({
    port: 8080,
    greeting: 'Hello, I am svc7 for ingress-controller demo!\n',
  });
  expect(readCaddyfile(example('svc9'))).toEqual({
    port: 8080,
    greeting: 'Hello, I am svc9 for ingress-controller demo!\n',
    tls: { certificate: '/etc/ingress-tls/tls/tls.crt', key: '/etc/ingress-tls/tls/tls.key' },
    clientAuthority: '/etc/ingress-tls/client-ca/ca.crt',
  });
});

it('knows clients that need no certificate from those that need one', () => {
  const optional = readCaddyfile(example('svc9').replace('mode require_and_verify', 'mode verify_if_given'));
  expect(optional).toMatchObject({ clientAuthority: '/etc/ingress-tls/client-ca/ca.crt', isClientOptional: true });
});

it('sees what was edited out of it', () => {
  expect(readCaddyfile(example('svc9').replace(/client_auth \{[\s\S]*?\n {4}\}/, ''))).not.toHaveProperty(
    'clientAuthority',
  );
  expect(readCaddyfile(example('svc9').replace('mode require_and_verify', 'mode request'))).not.toHaveProperty(
    'clientAuthority',
  );
  expect(readCaddyfile(example('svc9').replace(/^(\s*)(mode|tls) /gm, '$1# $2 '))).not.toHaveProperty('tls');
});

it('takes any text', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('respond <<A', 'A 200', '  tls a b', '{', ':80 {', 'client_auth {', '\t#')),
      fc.string(),
      (lines, text) => {
        expect(() => readCaddyfile([...lines, text].join('\n'))).not.toThrow();
      },
    ),
  );
});
