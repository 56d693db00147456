import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge } from './checks.js';
import { startPreview } from './preview.js';

const services = [
  { name: 'svc7', shown: 'wildcard', trusted: 'wildcard', options: [] },
  { name: 'svc8', shown: 'wildcard', trusted: 'wildcard', options: [] },
  {
    name: 'svc9',
    shown: 'svc9',
    trusted: 'ca',
    options: ['-cert', 'certs/svc9-client.crt', '-key', 'certs/svc9-client.key'],
  },
];

/**
 * Serves a project without a cluster, has it verified as it is, with a mistake in it, and put right again. Returns a list of
 * checks as `checkProject` does.
 */
export async function tryHandshakes({ commands, project, environment, stop }) {
  const preview = await startPreview(commands, stop);
  let how;
  try {
    const whole = await verify(commands);
    process.stdout.write(whole.text);
    const shown = services.map((service) => checkShown(service, preview.port, { cwd: project, env: environment }));

    console.log(
      "\nNow a mistake: the authority of svc9's clients, certs/svc9-client-ca.crt, in the Secret by which the controller",
    );
    console.log('verifies the pod of svc8. The preview sees the file change:\n');
    await preview.untilReload(() => replaceAuthority(project));
    const broken = await verify(commands);
    process.stdout.write(shorten(broken.text));

    console.log('\nThe file was edited, so it is kept until it is given up:');
    await preview.untilReload(() => commands.succeed('render', '--force'));
    const mended = await verify(commands, 'svc8');
    process.stdout.write(mended.text);

    how = await preview.end();
    return [
      judge('verify proves svc7, svc8 and svc9', () => expectVerdict(whole, 0, [])),
      ...shown,
      judge('verify finds the wrong authority, at svc8 alone, and ends with 1', () =>
        expectVerdict(broken, 1, ['svc8']),
      ),
      judge('verify proves svc8 again', () => expectVerdict(mended, 0, [])),
      checkEnd(how, project),
    ];
  } finally {
    if (how === undefined) await preview.end();
  }
}

async function verify(commands, ...names) {
  return commands.run('verify', ...names);
}

/** What verify must say: its exit code, and which services do not hold. Undefined when it does. */
function expectVerdict({ status, text }, wanted, fallen) {
  const found = [...text.matchAll(/^(\S+) {2}.* {2}does not hold$/gm)].map(([, name]) => name);
  const isSo = status === wanted && found.join() === fallen.join() && /^.*(?:verified|hold)\b.*\n$/m.test(text);
  return isSo ? undefined : `it ended with ${status} and named ${found.join(', ') || 'none'}`;
}

/** Only what does not hold is worth reading twice. */
function shorten(text) {
  return text
    .split('\n\n')
    .map((block) => block.replace(/( {2}holds\n)[^]*/, '$1  ...'))
    .join('\n\n');
}

function replaceAuthority(project) {
  const path = join(project, 'secrets/ic3-svc8-upstream-ca.yaml');
  const other = readFileSync(join(project, 'certs/svc9-client-ca.crt')).toString('base64');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^( {2}ca\.crt: ).+$/m, `$1${other}`));
}

/** A second opinion: openssl's handshake trusts the certificate and the name, and sees the very certificate of the file. */
function checkShown({ name, shown, trusted, options }, port, settings) {
  const host = `${name}.example.test`;
  return judge(`openssl s_client: ${host} shows certs/${shown}.crt`, () => {
    const { status, stdout, stderr } = spawnSync(
      'openssl',
      [
        's_client',
        '-connect',
        `127.0.0.1:${port}`,
        '-servername',
        host,
        '-verify_hostname',
        host,
        '-CAfile',
        `certs/${trusted}.crt`,
        '-verify_return_error',
        ...options,
      ],
      { ...settings, encoding: 'utf8', input: '' },
    );
    if (status !== 0 || !/Verify return code: 0 \(ok\)/.test(stdout))
      return stderr.trim().split('\n').at(-1) || 'no handshake';
    const first = (pem) => /-----BEGIN CERTIFICATE-----([^-]+)/.exec(pem)?.[1].replaceAll(/\s/g, '');
    return first(stdout) === first(readFileSync(join(settings.cwd, `certs/${shown}.crt`), 'utf8'))
      ? undefined
      : 'it shows another one';
  });
}

function checkEnd({ status, signal }, project) {
  const name = 'the preview ends with 0 and leaves no trace';
  if (process.platform === 'win32') return { name, outcome: 'skipped', reason: 'Windows has no SIGTERM' };
  return judge(name, () => {
    if (status !== 0) return `it ended with ${signal ?? status}`;
    return existsSync(join(project, '.ingress-tls/preview.json'))
      ? '.ingress-tls/preview.json is still there'
      : undefined;
  });
}
