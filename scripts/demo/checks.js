import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

const domain = 'example.test';

/** Who must accept a certificate, for which names, and for which names not. */
const certificates = [
  {
    name: 'wildcard',
    trusted: 'wildcard',
    purpose: 'sslserver',
    hosts: [`svc7.${domain}`, `svc8.${domain}`, domain],
    others: [`a.svc7.${domain}`],
  },
  { name: 'svc8', trusted: 'ca', purpose: 'sslserver', hosts: ['ic3-svc8.default.svc'], others: [`svc8.${domain}`] },
  { name: 'svc9', trusted: 'ca', purpose: 'sslserver', hosts: [`svc9.${domain}`], others: [`svc7.${domain}`] },
  { name: 'svc9-client', trusted: 'svc9-client-ca', purpose: 'sslclient', hosts: [], others: [] },
];

/**
 * Judges a project by openssl, by helm where there is one, and by looking at the files. `plan` is what the dry run printed.
 * Returns a list of `{ name, outcome: 'ok' | 'failed' | 'skipped', reason? }`.
 */
export function checkProject({ project, plan, environment }) {
  const run = (program, ...args) => spawnSync(program, args, { cwd: project, env: environment, encoding: 'utf8' });
  const files = listFiles(project);
  return [
    ...checkCertificates(run),
    ...checkKeys(run, files),
    ...checkModes(project, files),
    ...checkSecrets(project, files),
    checkLeaks(project, files, plan),
    ...lintCharts(run, project),
  ];
}

function checkCertificates(run) {
  const verify = ({ name, trusted, purpose }, ...options) =>
    run(
      'openssl',
      'verify',
      '-x509_strict',
      '-purpose',
      purpose,
      ...options,
      '-CAfile',
      `certs/${trusted}.crt`,
      `certs/${name}.crt`,
    );
  const accepted = certificates.flatMap((certificate) => {
    const options = certificate.hosts.length === 0 ? [[]] : certificate.hosts.map((host) => ['-verify_hostname', host]);
    return options.map((option) => {
      const name = ['openssl verify -x509_strict', ...option, `certs/${certificate.name}.crt`].join(' ');
      return judge(name, () => refusal(verify(certificate, ...option)));
    });
  });
  const refused = certificates.flatMap((certificate) =>
    certificate.others.map((host) =>
      judge(`certs/${certificate.name}.crt is refused for ${host}`, () => {
        const { status, stderr } = verify(certificate, '-verify_hostname', host);
        return status !== 0 && /hostname mismatch/i.test(stderr ?? '') ? undefined : 'openssl accepts it';
      }),
    ),
  );
  const client = judge('certs/svc9-client.crt is refused by certs/ca.crt', () => {
    const { status, stderr } = verify({ name: 'svc9-client', trusted: 'ca', purpose: 'sslclient' });
    return status !== 0 && /issuer/i.test(stderr ?? '') ? undefined : 'openssl accepts it';
  });
  const constrained = judge(`certs/ca.crt may issue for ${domain} and the cluster only`, () => {
    const { stdout } = run('openssl', 'x509', '-in', 'certs/ca.crt', '-noout', '-text');
    return /Name Constraints: critical/.test(stdout ?? '') && stdout.includes(`DNS:${domain}`)
      ? undefined
      : 'it has no critical name constraints';
  });
  return [...accepted, ...refused, client, constrained];
}

function checkKeys(run, files) {
  return files
    .filter((path) => path.endsWith('.key'))
    .map((key) => {
      const certificate = key.replace(/\.key$/, '.crt');
      return judge(`${key} belongs to ${certificate}`, () => {
        const ofKey = run('openssl', 'pkey', '-in', key, '-pubout');
        const ofCertificate = run('openssl', 'x509', '-in', certificate, '-noout', '-pubkey');
        return (
          refusal(ofKey) ??
          refusal(ofCertificate) ??
          (ofKey.stdout === ofCertificate.stdout ? undefined : 'their public keys differ')
        );
      });
    });
}

function checkModes(project, files) {
  const wanted = [
    ['certs', 0o700],
    ['secrets', 0o700],
    ...files.filter((path) => path.endsWith('.key') || path.startsWith('secrets/')).map((path) => [path, 0o600]),
  ];
  if (process.platform === 'win32') return [{ name: 'modes of keys', outcome: 'skipped', reason: 'Windows has none' }];
  return [
    judge('certs/ and secrets/ have mode 0700, keys and Secrets 0600', () => {
      const wrong = wanted.filter(([path, mode]) => (statSync(join(project, path)).mode & 0o777) !== mode);
      return wrong.length === 0 ? undefined : `not so: ${wrong.map(([path]) => path).join(', ')}`;
    }),
  ];
}

function checkSecrets(project, files) {
  const sources = new Set(
    files
      .filter((path) => path.startsWith('certs/'))
      .map((path) => readFileSync(join(project, path)).toString('base64')),
  );
  return files
    .filter((path) => path.startsWith('secrets/'))
    .map((path) =>
      judge(`${path} holds files of certs/`, () => {
        const values = [
          ...readFileSync(join(project, path), 'utf8').matchAll(/^ {2}(?:tls|ca)\.(?:crt|key): (.+)$/gm),
        ].map(([, value]) => value);
        return values.length > 0 && values.every((value) => sources.has(value)) ? undefined : 'it holds something else';
      }),
    );
}

/** Looks for pieces of every key, in PEM and in base64, wherever no key belongs. */
function checkLeaks(project, files, plan) {
  const pieces = files
    .filter((path) => path.endsWith('.key'))
    .flatMap((path) => {
      const pem = readFileSync(join(project, path), 'utf8');
      return [pem.split('\n')[2], Buffer.from(pem).toString('base64').slice(60, 120)];
    });
  const texts = files
    .filter((path) => !path.startsWith('certs/') && !path.startsWith('secrets/'))
    .map((path) => [path, readFileSync(join(project, path), 'utf8')]);
  return judge('no key in a chart, a manifest, the plan or any other file', () => {
    const leaks = [...texts, ['the plan', plan]].filter(
      ([, text]) => /PRIVATE KEY/.test(text) || pieces.some((piece) => text.includes(piece)),
    );
    return leaks.length === 0 && pieces.length > 0 ? undefined : `found in ${leaks.map(([path]) => path).join(', ')}`;
  });
}

function lintCharts(run, project) {
  if (run('helm', 'version', '--short').status !== 0)
    return [{ name: 'helm lint --strict', outcome: 'skipped', reason: 'no helm on PATH' }];
  return readdirSync(join(project, 'charts')).map((chart) =>
    judge(`helm lint --strict charts/${chart}`, () => refusal(run('helm', 'lint', '--strict', `charts/${chart}`))),
  );
}

/** Why a program said no; undefined when it did not. */
function refusal({ error, status, stdout, stderr }) {
  if (error !== undefined) return error.message;
  return status === 0 ? undefined : [stdout, stderr].join('\n').trim();
}

/** Makes a check of a name and of what finds its fault: why it fails, or undefined. */
export function judge(name, findFault) {
  const reason = findFault();
  return reason === undefined ? { name, outcome: 'ok' } : { name, outcome: 'failed', reason };
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    )
    .sort();
}
