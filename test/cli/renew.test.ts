import { execFileSync } from 'node:child_process';
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { startInside } from '../support/inside-program.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';

const day = 24 * 3600 * 1000;

function read(project: string, path: string): string {
  return readFileSync(join(project, path), 'utf8');
}

function readCertificates(project: string): Readonly<Record<string, string>> {
  return Object.fromEntries(readdirSync(join(project, 'certs')).map((name) => [name, read(project, `certs/${name}`)]));
}

function certificateOf(project: string, name: string): X509Certificate {
  return new X509Certificate(read(project, `certs/${name}.crt`));
}

/** Names of the files in certs/ that are no longer what they were. */
function changedSince(before: Readonly<Record<string, string>>, project: string): readonly string[] {
  return Object.entries(readCertificates(project)).flatMap(([name, text]) => (before[name] === text ? [] : [name]));
}

function runAt(time: number, project: string, ...args: readonly string[]): Promise<ProgramResult> {
  return startInside(args, project, { PATH: '' }, new Date(time)).ended;
}

interface RenewDocument {
  readonly due: readonly { readonly certificate: string }[];
  readonly renewed: readonly { readonly certificate: string; readonly keepsKey: boolean }[];
  readonly left: readonly { readonly certificate: string }[];
  readonly backups?: readonly string[];
}

const leaves = ['svc8', 'svc9', 'svc9-client', 'wildcard'];
const pairsOf = (names: readonly string[]): readonly string[] =>
  names.flatMap((name) => [`${name}.crt`, `${name}.key`]).sort();

describe('renew', () => {
  it('renews what is due, by the clock: nothing now, leaves from two thirds of their life on, also on the last day and after', async () => {
    await inProject(threeModes, async (project) => {
      const { validFrom, validTo } = certificateOf(project, 'wildcard');
      const [begin, end] = [Date.parse(validFrom), Date.parse(validTo)];
      const before = readCertificates(project);
      const early = await runAt(begin + ((end - begin) * 2) / 3 - 60_000, project, 'renew');
      expect([early.exitCode, early.stderr]).toEqual([0, '']);
      expect(early.stdout).toMatch(/^nothing is due: the first will be certs\/\S+\.crt, on 20\d\d-\d\d-\d\d/);
      expect(changedSince(before, project)).toEqual([]);
      let old = before;
      for (const time of [begin + ((end - begin) * 2) / 3 + 60_000, end + 200 * day, end + 800 * day]) {
        const { exitCode, stdout } = await runAt(time, project, 'renew', '--json');
        const { renewed, left } = JSON.parse(stdout) as RenewDocument;
        expect([exitCode, left]).toEqual([0, []]);
        expect(renewed.map(({ certificate }) => certificate).sort()).toEqual(
          leaves.map((name) => `certs/${name}.crt`).sort(),
        );
        expect(changedSince(old, project).toSorted()).toEqual(pairsOf(leaves));
        for (const name of leaves) {
          const certificate = certificateOf(project, name);
          expect(certificate.checkPrivateKey(createPrivateKey(read(project, `certs/${name}.key`)))).toBe(true);
          expect(Date.parse(certificate.validFrom)).toBeLessThan(time);
          expect(Date.parse(certificate.validTo)).toBeGreaterThan(time + 364 * day);
        }
        expect((await runAt(time, project, 'renew')).stdout).toMatch(/^nothing is due: /);
        old = readCertificates(project);
      }
    });
  });

  it('keeps what was there, has the Secrets follow and says what to type next', async () => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      const result = runProgram(['renew', 'svc9', 'certs/svc8.crt', '--all'], { cwd: project });
      const moment = /backup\/([^/\s]+)/.exec(result.stderr.replaceAll('\n', ' '))?.[1] ?? '';
      expectGolden('renew', ['renew', 'svc9', 'certs/svc8.crt', '--all'], project, {
        ...result,
        stderr: result.stderr.replaceAll(moment.replace(/\.$/, ''), 'MOMENT'),
      });
      expect(changedSince(before, project).toSorted()).toEqual(pairsOf(['svc8', 'svc9']));
      const backup = `.ingress-tls/backup/${moment.replace(/\.$/, '')}/certs`;
      for (const name of pairsOf(['svc8', 'svc9'])) {
        expect(read(project, `${backup}/${name}`)).toBe(before[name]);
        expect(statSync(join(project, backup, name)).mode & 0o777).toBe(0o600);
      }
      expect(statSync(join(project, 'certs/svc9.key')).mode & 0o777).toBe(0o600);
      const secret = read(project, 'secrets/ic3-svc9-tls.yaml');
      for (const kind of ['crt', 'key'])
        expect(secret).toContain(Buffer.from(read(project, `certs/svc9.${kind}`)).toString('base64'));
      for (const [chart, names] of [
        ['svc8', ['svc8']],
        ['svc9', ['svc9', 'svc9-client-ca']],
      ] as const)
        expect(
          execFileSync('sha256sum', ['--check', `charts/${chart}/certificates.sha256`], {
            cwd: project,
            encoding: 'utf8',
          }),
        ).toBe(names.map((name) => `certs/${name}.crt: OK\n`).join(''));
      expect(existsSync(join(project, 'charts/svc7/certificates.sha256'))).toBe(false);
      expect(runProgram(['render'], { cwd: project }).stdout).toMatch(/^unchanged {2}\d+ files\n$/);
      execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'certs/ca.crt', 'certs/svc9.crt'], {
        cwd: project,
      });
      expect(existsSync(join(project, '.ingress-tls/backup/renewal'))).toBe(false);
    });
  });

  it('--keep-key: the same key; an authority keeps its name and identifier, and what it signed stays valid', async () => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      const old = certificateOf(project, 'ca');
      expect(runProgram(['renew', 'ca', 'svc8', '--all', '--keep-key'], { cwd: project }).exitCode).toBe(0);
      expect(changedSince(before, project)).toEqual(['ca.crt', 'svc8.crt']);
      const renewed = certificateOf(project, 'ca');
      expect([renewed.subject, renewed.publicKey.equals(old.publicKey)]).toEqual([old.subject, true]);
      const identifier = (text: string): string =>
        execFileSync('openssl', ['x509', '-noout', '-ext', 'subjectKeyIdentifier,nameConstraints'], {
          input: text,
          encoding: 'utf8',
        });
      expect(identifier(read(project, 'certs/ca.crt'))).toBe(identifier(before['ca.crt']!));
      // One from before, one from after.
      for (const leaf of ['svc9', 'svc8'])
        execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', 'certs/ca.crt', `certs/${leaf}.crt`], {
          cwd: project,
        });
    });
  });

  it('an authority with a new key: refused where it is named, left where it is not', async () => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      const args = ['renew', 'svc9', 'ca', '--all'];
      expectGolden('renew-authority', args, project, runProgram(args, { cwd: project }));
      expect(changedSince(before, project)).toEqual([]);
      const all = runProgram(['renew', '--all', '--json'], { cwd: project });
      const { left } = JSON.parse(all.stdout) as RenewDocument;
      expect([all.exitCode, left.map(({ certificate }) => certificate)]).toEqual([
        0,
        ['certs/ca.crt', 'certs/svc9-client-ca.crt'],
      ]);
      expect(changedSince(before, project).toSorted()).toEqual(pairsOf(leaves));
      expect(all.stderr).toContain('ingress-tls renew ca --keep-key --all');
    });
  });

  it("a person's own file is never replaced: refused where it is named, said by name where it is due", async () => {
    await inProject(threeModes, async (project) => {
      const folder = join(project, 'certs');
      const own = ['-addext', 'subjectAltName=DNS:*.example.test', '-addext', 'basicConstraints=critical,CA:FALSE'];
      execFileSync(
        'openssl',
        ['req', '-x509', '-key', 'wildcard.key', '-out', 'wildcard.crt', '-days', '99', '-subj', '/O=own', ...own],
        { cwd: folder, stdio: 'ignore' },
      );
      const before = readCertificates(project);
      const args = ['renew', 'wildcard', '--all', '--keep-key'];
      expectGolden('renew-own-file', args, project, runProgram(args, { cwd: project }));
      const time = Date.parse(certificateOf(project, 'wildcard').validTo) - day;
      const due = await runAt(time, project, 'renew');
      expect([due.exitCode, due.stdout]).toEqual([0, '']);
      expect(due.stderr.replaceAll(/\s+/g, ' ')).toContain(
        'certs/wildcard.crt is not renewed: it is a file of your own',
      );
      expect(changedSince(before, project)).toEqual([]);
      const listed = JSON.parse(runProgram(['list', '--json'], { cwd: project }).stdout) as {
        readonly certificates: readonly { readonly source: string }[];
      };
      expect(listed.certificates.map(({ source }) => source)).toEqual([
        ...['files', 'self-signed', 'project', 'project', 'self-signed', 'project'],
      ]);
      expect(runProgram(['list'], { cwd: project }).stdout).toMatch(/^certs\/wildcard\.crt .* days, your own$/m);
    });
  });

  it('the wildcard that the authority of the project issued is made anew after source: project was taken out', async () => {
    await inProject(threeModes.replace('certificate:\n', 'certificate:\n  source: project\n'), (project) => {
      writeFileSync(join(project, 'ingress-tls.yaml'), threeModes);
      const before = readCertificates(project);
      expect(runProgram(['renew', 'wildcard', '--all'], { cwd: project })).toMatchObject({ exitCode: 0 });
      expect(changedSince(before, project).toSorted()).toEqual(pairsOf(['wildcard']));
      const { subject, issuer } = certificateOf(project, 'wildcard');
      expect(issuer).toBe(subject);
    });
  });

  it.each([
    ['a name that is nearly one', ['wildcrad'], 'Did you mean wildcard?'],
    ['the name of a file', ['wildcard.crt'], 'Did you mean wildcard?'],
    ['a service without a certificate of its own', ['svc7'], 'svc7 has no certificate of its own'],
    ['nothing like a name', ['mail.example.com'], 'no certificate "mail.example.com" in this project'],
    ['a time that is none', ['--within', 'soon'], 'Expected days or hours, such as 30d or 12h.'],
  ])('refuses %s', async (_, args, words) => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      const { exitCode, stderr, stdout } = runProgram(['renew', ...args, '--all'], { cwd: project });
      expect([exitCode, stdout]).toEqual([2, '']);
      expect(stderr).toContain(words);
      expect(changedSince(before, project)).toEqual([]);
    });
  });

  it('--dry-run says what would be renewed and writes nothing', async () => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      const result = runProgram(['renew', '--within', '400d', '--dry-run'], { cwd: project });
      expectGolden('renew-dry-run', ['renew', '--within', '400d', '--dry-run'], project, result);
      const json = runProgram(['renew', '--within', '400d', '--dry-run', '--json'], { cwd: project });
      const { due, renewed } = JSON.parse(json.stdout) as RenewDocument;
      expect([due.length, renewed.length]).toEqual([4, 0]);
      expect(changedSince(before, project)).toEqual([]);
      expect(readdirSync(join(project, '.ingress-tls'))).toEqual(['state.json']);
    });
  });

  it('a Secret that a person edited is kept, and exit 1 says so', async () => {
    await inProject(threeModes, (project) => {
      const path = join(project, 'secrets/ic3-svc9-tls.yaml');
      writeFileSync(path, `${readFileSync(path, 'utf8')}# mine\n`);
      const { exitCode, stderr } = runProgram(['renew', 'svc9', '--all'], { cwd: project });
      expect(exitCode).toBe(1);
      expect(stderr).toContain('kept: secrets/ic3-svc9-tls.yaml was edited since it was generated');
    });
  });

  it('without the key of the authority: what it signed is left, and the rest is renewed and rendered', async () => {
    await inProject(threeModes, (project) => {
      rmSync(join(project, 'certs/ca.key'));
      const before = readCertificates(project);
      const { exitCode, stderr, stdout } = runProgram(['renew', '--all', '--json'], { cwd: project });
      const { left } = JSON.parse(stdout) as RenewDocument;
      expect([exitCode, left.map(({ certificate }) => certificate).toSorted()]).toEqual([
        0,
        ['ca', 'svc8', 'svc9-client-ca', 'svc9'].map((name) => `certs/${name}.crt`),
      ]);
      expect(stderr.replaceAll(/\s+/g, ' ')).toContain('certs/ca.crt is here but its key certs/ca.key is not');
      expect(changedSince(before, project).toSorted()).toEqual(pairsOf(['svc9-client', 'wildcard']));
      expect(runProgram(['render'], { cwd: project }).stdout).toMatch(/^unchanged {2}\d+ files\n$/);
    });
  });

  it('what cannot be issued is found out before anything is written', async () => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      const others = { ...before, 'ca.key': before['svc9.key']! };
      writeFileSync(join(project, 'certs/ca.key'), others['ca.key']);
      expect(runProgram(['renew', '--all'], { cwd: project }).exitCode).toBe(2);
      expect(changedSince(others, project)).toEqual([]);
    });
  });

  it('a client whose key is elsewhere is left, and named', async () => {
    await inProject(threeModes, (project) => {
      rmSync(join(project, 'certs/svc9-client.key'));
      const { exitCode, stderr } = runProgram(['renew', 'svc9-client', '--all'], { cwd: project });
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringContaining('certs/svc9-client.crt: its key certs/svc9-client.key is not here'),
      ]);
    });
  });
});
