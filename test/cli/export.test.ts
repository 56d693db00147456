import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import { startAtTerminal, terminalMissing } from '../support/terminal.ts';

const password = 'a good one';

function inExport(
  body: (project: string, outside: string, run: (line: string) => ProgramResult) => void,
): Promise<void> {
  return inProject(threeModes, (project, outside) => {
    writeFileSync(join(outside, 'pw'), `${password}\n`);
    body(project, outside, (line) => runProgram(['export', ...line.split(' ')], { cwd: project }));
  });
}

function open(
  path: string,
  given = password,
): { readonly certificates: readonly X509Certificate[]; readonly text: string } {
  const text = execFileSync('openssl', ['pkcs12', '-in', path, '-passin', `pass:${given}`, '-nodes'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  return { text, certificates: blocks.map((block) => new X509Certificate(block)) };
}

describe('export', () => {
  it('writes the pair for whoever has the password, for nobody else to read, and into no repository', () =>
    inExport((project, _outside, run) => {
      const result = run('svc9-client --password-file ../pw');
      expectGolden('export', ['export', 'svc9-client', '--password-file', '../pw'], project, result);
      const path = join(project, 'certs/svc9-client.p12');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const { certificates, text } = open(path);
      const own = new X509Certificate(readFileSync(join(project, 'certs/svc9-client.crt')));
      // No authority: it is for whoever verifies.
      expect(certificates.map(({ fingerprint256 }) => fingerprint256)).toEqual([own.fingerprint256]);
      expect(own.checkPrivateKey(createPrivateKey(text.slice(text.indexOf('-----BEGIN PRIVATE'))))).toBe(true);
      const files = execFileSync('sh', ['-c', 'git init -q . && git add . && git ls-files'], {
        cwd: project,
      }).toString();
      expect(files).not.toMatch(/p12|\.key/);
      expect(runProgram(['render'], { cwd: project }).stdout).toMatch(/^unchanged/);
    }));

  it('keeps a key out of a repository wherever in the project it lies', () =>
    inExport((project, _outside, run) => {
      // A path stands for the name, as in all commands.
      expect(run('certs/svc9.crt --password-file ../pw -o for-alice.p12').exitCode).toBe(0);
      const files = execFileSync('sh', ['-c', 'git init -q . && git add . && git ls-files'], {
        cwd: project,
      }).toString();
      expect(files).toContain('ingress-tls.yaml');
      expect(files).not.toContain('for-alice.p12');
    }));

  it.each([
    ['--format pem --password-file ../pw', '--password-file does nothing with --format pem'],
    ['--format der --legacy', '--legacy does nothing with --format der'],
  ])('refuses %s, where nothing is encrypted', (options, message) =>
    inExport((_project, _outside, run) => {
      const refused = run(`ca --trust-store ${options}`);
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain(message);
      expect(refused.stderr).toContain('leave it out');
    }),
  );

  it('leaves a file that is there, unless it is to be replaced', () =>
    inExport((project, outside, run) => {
      writeFileSync(join(outside, 'x.p12'), 'mine', { mode: 0o644 });
      const refused = run('svc9 -o ../x.p12 --password-file ../pw');
      expect([refused.exitCode, readFileSync(join(outside, 'x.p12'), 'utf8')]).toEqual([2, 'mine']);
      expect(refused.stderr).toContain('../x.p12 is there already and is left as it is');
      expect(run('svc9 -o ../x.p12 --password-file ../pw --force --legacy').exitCode).toBe(0);
      expect(statSync(join(outside, 'x.p12')).mode & 0o777).toBe(0o600);
      expect(open(join(outside, 'x.p12')).certificates[0]?.subject).toBe('CN=svc9.example.test');
      expect(existsSync(join(project, 'certs/svc9.p12'))).toBe(false);
      expect(readFileSync(join(project, '.gitignore'), 'utf8')).not.toContain('p12');
    }));

  it('leaves the root out of a chain, and keeps what is between', () =>
    inExport((project, outside, run) => {
      const [ca, svc8] = ['ca', 'svc8'].map((name) => readFileSync(join(project, `certs/${name}.crt`), 'utf8'));
      // Whatever else stands in the file and is no root goes along.
      appendFileSync(join(project, 'certs/svc9.crt'), `${svc8!}${ca!}`);
      const result = run('svc9 -o ../x.p12 --password-file ../pw --json');
      expect(JSON.parse(result.stdout)).toMatchObject({ kind: 'key-store', format: 'pkcs12', file: '../x.p12' });
      expect(open(join(outside, 'x.p12')).certificates).toHaveLength(2);
    }));

  it.each([
    ['svc9', 'ca'],
    ['ca', 'ca'],
    ['svc9-client', 'svc9-client-ca'],
    ['wildcard', 'wildcard'],
  ])('--trust-store of %s is certs/%s.crt, in each format', (name, authority) =>
    inExport((project, outside, run) => {
      const pem = readFileSync(join(project, `certs/${authority}.crt`), 'utf8');
      expect(run(`${name} --trust-store -o ../t.p12 --password-file ../pw`).exitCode).toBe(0);
      const { certificates, text } = open(join(outside, 't.p12'));
      expect(certificates.map((each) => each.toString())).toEqual([pem]);
      expect(text).not.toContain('PRIVATE KEY');
      expect(run(`${name} --trust-store --format pem -o ../t.pem`).exitCode).toBe(0);
      expect(readFileSync(join(outside, 't.pem'), 'utf8')).toBe(pem);
      expect(run(`${name} --trust-store --format der -o ../t.der`).exitCode).toBe(0);
      expect(new X509Certificate(readFileSync(join(outside, 't.der'))).toString()).toBe(pem);
    }),
  );

  it('gives the octets alone to standard output', () =>
    inExport((project, outside) => {
      execFileSync(
        'sh',
        [
          '-c',
          `"$0" "$1" export svc9 -o - --password-file ../pw > ../out.p12`,
          process.execPath,
          join(import.meta.dirname, '../../bin/ingress-tls.js'),
        ],
        { cwd: project },
      );
      expect(open(join(outside, 'out.p12')).certificates).toHaveLength(1);
    }));

  it('is refused, with what to do, and nothing is written', () =>
    inExport((project, outside, run) => {
      for (const [name, text] of [
        ['short', 'abc'],
        ['other', 'pässword'],
        ['lines', 'one two\nthree'],
      ] as const)
        writeFileSync(join(outside, name), text);
      const rows: readonly (readonly [string, string, string])[] = [
        ['svc9', 'missing --password-file', 'mode 0600'],
        ['svc9 --password-file ../none', 'cannot read the password: ../none is not there', 'current folder'],
        ['svc9 --password-file ../short', '../short cannot guard a PKCS#12 store: it is shorter than 6', 'another'],
        ['svc9 --password-file ../other', 'not in ASCII', 'another password'],
        ['svc9 --password-file ../lines', 'not in ASCII', 'another password'],
        ['svc9-cleint --password-file ../pw', 'no certificate "svc9-cleint"', 'Did you mean svc9-client?'],
        ['svc7 --password-file ../pw', 'svc7 has no certificate of its own', 'ingress-tls list'],
        ['ca --password-file ../pw', 'ca is an authority', 'ingress-tls export ca --trust-store'],
        ['svc9 --format pem', 'a key is exported as PKCS#12 alone', 'add --trust-store'],
        ['svc9 --format jks', 'unknown --format "jks"', 'ingress-tls export --help'],
        ['svc9 -o - --json --password-file ../pw', '--json and --output - both', 'leave one of them out'],
      ];
      for (const [line, what, remedy] of rows) {
        const { exitCode, stdout, stderr } = run(line);
        const said = stderr.replaceAll(/\n\s*/g, ' ');
        expect([line, exitCode, stdout, said]).toEqual([line, 2, '', expect.stringContaining(what)]);
        expect(said).toContain(remedy);
        expect(said).not.toMatch(/abc|pässword|three/);
      }
      rmSync(join(project, 'certs/svc9.key'));
      expect(run('svc9 --password-file ../pw').stderr).toContain('bring certs/svc9.key, or export it where the key is');
      expect(existsSync(join(project, 'certs/svc9.p12'))).toBe(false);
    }));
});

describeUnless(terminalMissing(), 'export at a terminal', () => {
  it('asks for the password twice and shows none of it', () =>
    inProject(threeModes, async (project) => {
      const session = startAtTerminal(['export', 'svc9'], { cwd: project });
      await session.waitFor('Password of the new store');
      session.press('sesame-7\r');
      await session.waitFor('The same once more');
      session.press('sesame-7\r');
      const { exitCode, raw } = await session.ended;
      expect(exitCode).toBe(0);
      expect(raw).not.toContain('sesame');
      expect(open(join(project, 'certs/svc9.p12'), 'sesame-7').certificates).toHaveLength(1);
    }));

  it('writes nothing where the two differ, and shows no terminal the octets', () =>
    inProject(threeModes, async (project) => {
      const session = startAtTerminal(['export', 'svc9'], { cwd: project });
      await session.waitFor('Password of the new store');
      session.press('sesame-7\r');
      await session.waitFor('The same once more');
      session.press('sesame-8\r');
      const { exitCode, text } = await session.ended;
      expect([exitCode, text]).toEqual([2, expect.stringContaining('the two passwords differ')]);
      expect(existsSync(join(project, 'certs/svc9.p12'))).toBe(false);
      const other = await startAtTerminal(['export', 'svc9', '-o', '-'], { cwd: project }).ended;
      expect([other.exitCode, other.text]).toEqual([2, expect.stringContaining('not for a terminal')]);
    }));
});
