import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { interleave } from './measure.js';
import { program } from './run-process.js';
import { compare, milliseconds, skip } from './table.js';

const keyTypes = [
  { name: 'rsa-2048', openssl: ['-newkey', 'rsa:2048'], rounds: 9, aim: 1 },
  { name: 'ecdsa-p256', openssl: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'], rounds: 7 },
];

/** init and three add-service against the same keys, certificates, Secrets and charts made by the usual programs. */
export function benchThreeServices({ time, folder, tools }) {
  const what = 'init + 3 add-service : openssl + kubectl + helm';
  const missing = ['openssl', 'kubectl', 'helm'].filter((tool) => tools[tool] === undefined);
  if (missing.length > 0) return [skip(what, `no ${missing.join(', ')}`)];
  const config = join(folder, 'openssl.cnf');
  writeFileSync(config, opensslConfig);
  return keyTypes.map(({ name, openssl, rounds, aim }) => {
    const timeAll = (list) => {
      const project = mkdtempSync(join(folder, 'three-services-'));
      return list(project).reduce((sum, command) => sum + time(command, project), 0);
    };
    const [ours, other] = interleave(rounds, 1, [
      () => timeAll(() => ourCommands(name)),
      () => timeAll((project) => usualCommands(tools, [...openssl, '-config', config], project)),
    ]);
    return compare({ what: `${what}, ${name}`, ours, other, print: milliseconds, aim });
  });
}

function ourCommands(keyType) {
  return [
    ['init', '--domain', 'example.test', '--key-type', keyType],
    ['add-service', 'svc7', '--mode', 'terminate'],
    ['add-service', 'svc8', '--mode', 'reencrypt'],
    ['add-service', 'svc9', '--mode', 'passthrough'],
  ].map((args) => [process.execPath, program, ...args, '--no-input']);
}

/** Six keys with their certificates, five Secrets, three charts: each in as few processes as these programs allow. */
function usualCommands({ openssl, kubectl, helm }, keyOptions, project) {
  const certify = (name, subject, ...more) =>
    [
      openssl,
      'req',
      '-x509',
      '-sha256',
      '-nodes',
      '-days',
      '365',
      '-subj',
      subject,
      '-extensions',
      name,
      ...more,
    ].concat(keyOptions, ['-keyout', `${name}.key`, '-out', `${name}.crt`]);
  const signedBy = (name) => ['-CA', `${name}.crt`, '-CAkey', `${name}.key`];
  const secret = (type, name, ...files) => [
    kubectl,
    'create',
    'secret',
    type,
    name,
    ...files,
    '--namespace=default',
    '--dry-run=client',
    '--output=yaml',
  ];
  return [
    certify('wildcard', '/CN=*.example.test/O=example.test'),
    certify('ca', '/CN=example.test CA'),
    certify('svc8', '/CN=ic3-svc8.default.svc', ...signedBy('ca')),
    certify('svc9', '/CN=svc9.example.test', ...signedBy('ca')),
    certify('svc9-client-ca', '/CN=svc9 client CA'),
    certify('svc9-client', '/CN=svc9-client', ...signedBy('svc9-client-ca')),
    secret('tls', 'ingress-controller-demo-tls-secret', '--cert=wildcard.crt', '--key=wildcard.key'),
    secret('tls', 'ic3-svc8-tls', '--cert=svc8.crt', '--key=svc8.key'),
    secret('generic', 'ic3-svc8-upstream-ca', '--from-file=ca.crt'),
    secret('tls', 'ic3-svc9-tls', '--cert=svc9.crt', '--key=svc9.key'),
    secret('generic', 'ic3-svc9-client-ca', '--from-file=ca.crt=svc9-client-ca.crt'),
    ...['svc7', 'svc8', 'svc9'].map((name) => [helm, 'create', join(project, name)]),
  ];
}

const authority =
  'basicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign, cRLSign\nsubjectKeyIdentifier = hash';
const leaf = (purpose, ...names) =>
  [
    'basicConstraints = critical, CA:FALSE',
    'keyUsage = critical, digitalSignature',
    `extendedKeyUsage = ${purpose}`,
    'subjectKeyIdentifier = hash',
    'authorityKeyIdentifier = keyid',
    ...(names.length > 0 ? [`subjectAltName = ${names.map((name) => `DNS:${name}`).join(', ')}`] : []),
  ].join('\n');

const opensslConfig = `[req]
distinguished_name = name
[name]
[wildcard]
${leaf('serverAuth', '*.example.test', 'example.test')}
[ca]
${authority}
nameConstraints = critical, permitted;DNS:example.test, permitted;DNS:svc, permitted;DNS:svc.cluster.local
[svc8]
${leaf('serverAuth', 'ic3-svc8.default.svc', 'ic3-svc8.default.svc.cluster.local')}
[svc9]
${leaf('serverAuth', 'svc9.example.test')}
[svc9-client-ca]
${authority}
[svc9-client]
${leaf('clientAuth')}
`;
