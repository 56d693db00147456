import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import { besideGateway, poseAsPreview, run } from '../support/running-gateway.ts';

/** A curl that tells its arguments, a line each, and ends as one does that met a broken handshake. */
function installCurl(
  folder: string,
  script = String.raw`printf '%s\n' "$@"; exit 35`,
): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'curl'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: [folder, '/usr/bin', '/bin'].join(delimiter) };
}

const readArgs = ({ stdout }: ProgramResult): readonly string[] => stdout.trimEnd().split('\n');
/** What each line begins with. */
const strict = (way: string, target: string, authority: string): readonly string[] => [
  '--disable',
  way,
  target,
  '--cacert',
  authority,
  '--capath',
  'certs',
];
const address = ['--address', '192.0.2.10:30092'];

describe('curl', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    [
      'terminate',
      ['curl', 'svc7', ...address],
      [
        ...strict('--resolve', 'svc7.example.test:30092:192.0.2.10', 'certs/wildcard.crt'),
        'https://svc7.example.test:30092/',
      ],
    ],
    [
      'a path',
      ['curl', 'svc8', '/a?b=c', ...address],
      [
        ...strict('--resolve', 'svc8.example.test:30092:192.0.2.10', 'certs/wildcard.crt'),
        'https://svc8.example.test:30092/a?b=c',
      ],
    ],
    [
      'client certificates, options and an IPv6 address',
      ['curl', 'svc9', '--address', '[2001:db8::1]:443', '--', '--include', '-v'],
      [
        ...strict('--resolve', 'svc9.example.test:443:[2001:db8::1]', 'certs/ca.crt'),
        '--cert',
        'certs/svc9-client.crt',
        '--key',
        'certs/svc9-client.key',
        '--include',
        '-v',
        'https://svc9.example.test:443/',
      ],
    ],
    [
      'an address that is a name',
      ['curl', 'svc7', '--address', 'node-1.internal:30092'],
      [
        ...strict('--connect-to', 'svc7.example.test:30092:node-1.internal:30092', 'certs/wildcard.crt'),
        'https://svc7.example.test:30092/',
      ],
    ],
    [
      'options that look like ours',
      ['curl', 'svc7', ...address, '--', '--', 'x', '--address', 'y'],
      [
        ...strict('--resolve', 'svc7.example.test:30092:192.0.2.10', 'certs/wildcard.crt'),
        '--',
        'x',
        '--address',
        'y',
        'https://svc7.example.test:30092/',
      ],
    ],
    [
      'a path that looks like an option',
      ['curl', 'svc7', '--address', '192.0.2.10:30092', './-x y'],
      [
        ...strict('--resolve', 'svc7.example.test:30092:192.0.2.10', 'certs/wildcard.crt'),
        'https://svc7.example.test:30092/./-x%20y',
      ],
    ],
    [
      'a path that curl would count up',
      ['curl', 'svc7', '/{a,b}[1-3]\u00fc#', ...address],
      [
        ...strict('--resolve', 'svc7.example.test:30092:192.0.2.10', 'certs/wildcard.crt'),
        '--globoff',
        'https://svc7.example.test:30092/{a,b}[1-3]%C3%BC#',
      ],
    ],
    [
      'a path that another host could hide in',
      ['curl', 'svc7', '@evil.test/', ...address],
      [
        ...strict('--resolve', 'svc7.example.test:30092:192.0.2.10', 'certs/wildcard.crt'),
        'https://svc7.example.test:30092/@evil.test/',
      ],
    ],
  ])(
    'is given all it needs: %s; its exit code is ours, and the printed line does the same but for a person’s own options',
    async (_title, args, expected) => {
      await inProject(threeModes, (project, outside) => {
        const env = installCurl(join(outside, 'bin'));
        const result = runProgram(args, { cwd: project, env });
        expect(readArgs(result)).toEqual(expected);
        expect(result.exitCode).toBe(35);
        const line = /^\$ (curl .*)$/m.exec(result.stderr)?.[1] ?? '';
        const pasted = spawnSync('/bin/sh', ['-c', line], {
          cwd: project,
          env: { ...process.env, ...env },
          encoding: 'utf8',
        });
        const ownOptions = args.includes('--') ? args.slice(args.indexOf('--') + 1) : [];
        const printed =
          ownOptions.length === 0 ? expected : [...expected.slice(0, -1 - ownOptions.length), '...', expected.at(-1)];
        expect(pasted.stdout.trimEnd().split('\n')).toEqual(printed);
      });
    },
  );

  it('without the key of the client says so, and takes a certificate of the person instead', async () => {
    await inProject(threeModes, (project, outside) => {
      const env = installCurl(join(outside, 'bin'));
      rmSync(join(project, 'certs/svc9-client.key'));
      const refused = runProgram(['curl', 'svc9', ...address], { cwd: project, env });
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toContain('certs/svc9-client.key is not here');
      const own = runProgram(['curl', 'svc9', ...address, '--', '--cert', 'my.crt', '--key', 'my.key'], {
        cwd: project,
        env,
      });
      expect(readArgs(own)).toEqual([
        ...strict('--resolve', 'svc9.example.test:30092:192.0.2.10', 'certs/ca.crt'),
        ...['--cert', 'my.crt', '--key', 'my.key', 'https://svc9.example.test:30092/'],
      ]);
      const optional = join(project, 'ingress-tls.yaml');
      writeFileSync(
        optional,
        threeModes.replace('mode: passthrough', 'mode: passthrough\n    clientAuth:\n      mode: optional'),
      );
      expect(readArgs(runProgram(['curl', 'svc9', ...address], { cwd: project, env }))).toEqual([
        ...strict('--resolve', 'svc9.example.test:30092:192.0.2.10', 'certs/ca.crt'),
        'https://svc9.example.test:30092/',
      ]);
    });
  });

  it('is given a password that is printed nowhere else', async () => {
    await inProject(threeModes, (project, outside) => {
      const result = runProgram(['curl', 'svc7', ...address, '--', '--user', 'eve:hunter2'], {
        cwd: project,
        env: installCurl(join(outside, 'bin')),
      });
      expect(readArgs(result)).toContain('eve:hunter2');
      expect(result.stderr).toContain(' ... https://svc7.example.test:30092/');
      expect(result.stderr).not.toMatch(/eve|hunter2/);
    });
  });

  it('runs where the person is, with paths that lead to the project; a colon in them is no password', async () => {
    await inProject(threeModes, (project, outside) => {
      renameSync(project, join(outside, 'a:b'));
      const script = String.raw`pwd; printf '%s\n' "$@"`;
      const { exitCode, stdout } = runProgram(['-C', 'a:b', 'curl', 'svc9', ...address], {
        cwd: outside,
        env: installCurl(join(outside, 'bin'), script),
      });
      const [folder, ...args] = stdout.trimEnd().split('\n');
      expect(folder).toBe(execFileSync('pwd', ['-P'], { cwd: outside, encoding: 'utf8' }).trimEnd());
      expect(args.slice(3, -1)).toEqual([
        '--cacert',
        'a:b/certs/ca.crt',
        '--capath',
        'a:b/certs',
        '--cert',
        String.raw`a\:b/certs/svc9-client.crt`,
        '--key',
        'a:b/certs/svc9-client.key',
      ]);
      expect(exitCode).toBe(0);
    });
  });

  it('goes past a proxy, which would not know the host', async () => {
    await inProject(threeModes, (project, outside) => {
      const env = installCurl(join(outside, 'bin'));
      const args = readArgs(
        runProgram(['curl', 'svc7', ...address], {
          cwd: project,
          env: { ...env, https_proxy: 'http://192.0.2.3:3128' },
        }),
      );
      expect(args.slice(-3, -1)).toEqual(['--noproxy', '*']);
    });
  });

  it('finds a preview that runs here', async () => {
    await inProject(threeModes, (project, outside) => {
      poseAsPreview(project, 40123);
      const result = runProgram(['curl', 'svc7'], { cwd: project, env: installCurl(join(outside, 'bin')) });
      expect(readArgs(result)).toContain('svc7.example.test:40123:127.0.0.1');
    });
  });

  it.each([
    ['an unknown service', ['curl', 'svc1', ...address]],
    ['no service', ['curl', ...address, '--', 'svc7']],
    ['options before --', ['curl', 'svc7', '/', 'x', ...address]],
    ['a whole URL', ['curl', 'svc7', 'https://svc7.example.test/', ...address]],
    ['a path with a line end', ['curl', 'svc7', '/\nX-Evil: 1', ...address]],
  ])('refuses %s', async (_title, args) => {
    await inProject(threeModes, (project, outside) => {
      const result = runProgram(args, { cwd: project, env: installCurl(join(outside, 'bin')) });
      expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('error: ') as string });
    });
  });

  it('that is missing exits 3', async () => {
    await inProject(threeModes, (project) => {
      const result = runProgram(['curl', 'svc7', ...address], {
        cwd: project,
        env: { PATH: join(project, 'nothing') },
      });
      expect(result).toMatchObject({
        exitCode: 3,
        stdout: '',
        stderr: expect.stringContaining('cannot run curl: it is not on PATH') as string,
      });
    });
  });
});

const isCurlHere = spawnSync('curl', ['--version']).status === 0;

describeUnless(isCurlHere ? undefined : 'no curl on PATH', 'the real curl', () => {
  it('greets each service, with the client certificate where it is wanted', async () => {
    await besideGateway(threeModes, {}, async ({ project, port }) => {
      for (const name of ['svc7', 'svc8', 'svc9']) {
        // localhost: by --connect-to; the other by --resolve.
        for (const host of ['127.0.0.1', 'localhost']) {
          const result = await run(['curl', name, '--address', `${host}:${port}`, '--', '--silent', '--ipv4'], project);
          expect(result).toMatchObject({ exitCode: 0, stdout: `Hello, I am ${name} for ingress-controller demo!\n` });
        }
      }
      // Another's certificate: curl's own code for it is passed on.
      const distrusted = await run(
        ['curl', 'svc9', '--address', `127.0.0.1:${port}`, '--', '--silent', '--cacert', 'certs/wildcard.crt'],
        project,
      );
      expect(distrusted).toMatchObject({ exitCode: 60, stdout: '' });
    });
  });

  it('trusts the one certificate, whatever ~/.curlrc says and whatever authorities the machine has', async () => {
    await besideGateway(
      threeModes,
      { edgeCertificates: { svc7: 'fake' } },
      async ({ project, outside, address: gateway }) => {
        writeFileSync(join(outside, '.curlrc'), 'insecure\n');
        const env = { HOME: outside, CURL_HOME: outside };
        const options = [
          '--resolve',
          `svc7.example.test:${gateway.split(':')[1] ?? ''}:127.0.0.1`,
          '--cacert',
          'certs/wildcard.crt',
          '--silent',
        ];
        const careless = spawn('curl', [...options, `https://svc7.example.test:${gateway.split(':')[1] ?? ''}/`], {
          cwd: project,
          env: { ...process.env, ...env },
          stdio: 'ignore',
        });
        expect(await once(careless, 'close')).toEqual([0, null]);
        const { exitCode, stdout, stderr } = await run(
          ['curl', 'svc7', '--address', gateway, '--', '--silent', '--verbose'],
          project,
          env,
        );
        expect({ exitCode, stdout }).toEqual({ exitCode: 60, stdout: '' });
        // A curl with OpenSSL says which folder of authorities it reads; what a machine's own has in it cannot be changed here.
        expect(stderr).not.toMatch(/CApath: *(?:\/|none)/);
      },
    );
  });
});
