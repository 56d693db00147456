import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeUnless } from '../support/describe-with.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { programPath, runProgram, type ProgramResult } from '../support/program.ts';
import { CertificateMaker } from '../support/reference-certificates.ts';

const isThere = (tool: string, ...args: readonly string[]): boolean => spawnSync(tool, args).status === 0;

interface Person {
  readonly project: string;
  readonly run: (line: string, env?: Readonly<Record<string, string>>) => ProgramResult;
  /** Nicknames in the database of Chromium and in that of Firefox, with what they are trusted for. */
  readonly nicknames: () => readonly string[];
}

/** A home with the databases of Chromium and of a profile of Firefox, both empty. */
function atHome(body: (person: Person) => void): Promise<void> {
  return inProject(threeModes, (project, outside) => {
    const databases = ['.pki/nssdb', '.mozilla/firefox/x y.default'].map((folder) => join(outside, folder));
    for (const database of databases) {
      mkdirSync(database, { recursive: true });
      execFileSync('certutil', ['-N', '-d', `sql:${database}`, '--empty-password']);
    }
    const list = (database: string): readonly string[] =>
      execFileSync('certutil', ['-L', '-d', `sql:${database}`], { encoding: 'utf8' })
        .split('\n')
        .filter((line) => line.includes(','))
        .filter((line) => !line.includes('SSL'))
        .map((line) => line.trim().replace(/\s+/, ' '));
    body({
      project,
      run: (line, env) => runProgram(line.split(' '), { cwd: project, env: { HOME: outside, ...env } }),
      nicknames: () => databases.flatMap(list),
    });
  });
}

describeUnless(
  isThere('certutil', '--help') || spawnSync('certutil', ['-H']).error === undefined
    ? undefined
    : 'no certutil of NSS on PATH (Debian: libnss3-tools)',
  'trust in the databases of NSS',
  () => {
    const ours = /^ingress-tls-example\.test-[0-9a-f]{16} C,,$/;

    it('comes, is seen, and goes without a trace', () =>
      atHome(({ run, nicknames }) => {
        expect(run('trust status --store nss')).toMatchObject({ exitCode: 1 });
        const dry = run('trust install --store nss --dry-run');
        expect([dry.exitCode, nicknames()]).toEqual([0, []]);
        expect(dry.stdout.match(/^certutil -A -d /gm)).toHaveLength(2);
        expect(run('trust install --store nss')).toMatchObject({ exitCode: 0 });
        expect(nicknames()).toEqual([expect.stringMatching(ours), expect.stringMatching(ours)]);
        expect(run('trust status --store nss')).toMatchObject({ exitCode: 0 });
        const again = JSON.parse(run('trust install --store nss --json').stdout) as { stores: { state: string }[] };
        expect(again.stores.map(({ state }) => state)).toEqual(['unchanged', 'unchanged']);
        expect(run('trust uninstall --store nss')).toMatchObject({ exitCode: 0 });
        expect(nicknames()).toEqual([]);
        expect(run('trust uninstall --store nss')).toMatchObject({ exitCode: 0 });
      }));

    it('goes as well once certs/ca.crt is another or none, and nothing of others with it', () =>
      atHome(({ project, run, nicknames }) => {
        run('trust install --store nss');
        const [theirs] = nicknames();
        for (const end of ['crt', 'key'])
          for (const name of ['ca', 'svc8', 'svc9']) rmSync(join(project, `certs/${name}.${end}`));
        expect(run('render').exitCode).toBe(0);
        const status = run('trust status --store nss');
        expect([status.exitCode, status.stdout]).toEqual([1, expect.stringContaining('no, and 1 of an earlier time')]);
        run('trust install --store nss');
        expect(nicknames()).toHaveLength(4);
        expect(new Set(nicknames()).size).toBe(2);
        // Of another domain, and a name that only looks like one.
        const foreign = ['ingress-tls-b.example.test-0123456789abcdef', `${theirs!.split(' ')[0]!}-mine`];
        const database = join(project, '../.pki/nssdb');
        for (const name of foreign)
          execFileSync('certutil', [
            '-A',
            '-d',
            `sql:${database}`,
            '-n',
            name,
            '-t',
            ',,',
            '-i',
            join(project, name.includes('b.') ? 'certs/svc9.crt' : 'certs/svc8.crt'),
          ]);
        rmSync(join(project, 'certs/ca.crt'));
        expect(run('trust uninstall --store nss')).toMatchObject({ exitCode: 0 });
        expect(nicknames().map((line) => line.split(' ')[0])).toEqual(foreign);
      }));

    it('names the tool that is missing, and ends with 3', () =>
      atHome(({ run }) => {
        const { exitCode, stderr } = run('trust install --store nss', { PATH: '' });
        expect(exitCode).toBe(3);
        expect(stderr.replaceAll(/\n\s*/g, ' ')).toContain(
          'cannot run certutil: it is not on PATH next: Install certutil of NSS: libnss3-tools',
        );
      }));

    it('is refused an authority that could vouch for every site, unless that is said, and one that is none', () =>
      atHome(({ project, run, nicknames }) => {
        const maker = join(project, '../maker');
        mkdirSync(maker);
        writeFileSync(join(project, 'certs/ca.crt'), new CertificateMaker(maker).makeAuthority('/CN=mine').certificate);
        const refused = run('trust install --store nss');
        expect([refused.exitCode, refused.stderr]).toEqual([
          2,
          expect.stringContaining('certs/ca.crt has no name constraints'),
        ]);
        expect(nicknames()).toEqual([]);
        expect(run('trust install --store nss --unconstrained').exitCode).toBe(0);
        expect(nicknames()).toHaveLength(2);
        writeFileSync(join(project, 'certs/ca.crt'), readFileSync(join(project, 'certs/svc9.crt')));
        expect(run('trust install --store nss').stderr).toContain('certs/ca.crt is no authority');
        rmSync(join(project, 'certs/ca.crt'));
        expect(run('trust install').stderr.replaceAll(/\n\s*/g, ' ')).toContain(
          'write certificate: {source: project} into ingress-tls.yaml',
        );
      }));
  },
);

// In a namespace of mounts the system's store is a copy, of which nothing stays.
const whyNoSystem =
  isThere('unshare', '-m', 'true') &&
  isThere('sh', '-c', 'command -v update-ca-certificates && test -d /usr/local/share/ca-certificates')
    ? undefined
    : 'no update-ca-certificates on PATH, or no right to mount (unshare -m)';

describeUnless(whyNoSystem, "trust in the store of Debian's system", () => {
  it('comes, reaches openssl, and goes without a trace', () =>
    inProject(threeModes, (project, outside) => {
      const script = `
        exec 2>&1
        set -e
        mount -t tmpfs tmpfs /usr/local/share/ca-certificates
        cp -a /etc/ssl "${outside}/ssl"
        mount --bind "${outside}/ssl" /etc/ssl
        program() { "${process.execPath}" "${programPath}" trust "$@" --store system; }
        look() { ls /etc/ssl/certs /usr/local/share/ca-certificates; sha256sum /etc/ssl/certs/ca-certificates.crt; }
        update-ca-certificates --fresh >/dev/null
        look > "${outside}/before"
        openssl verify certs/svc9.crt >/dev/null && echo trusted too early
        program status && echo seen too early
        program install
        openssl verify certs/svc9.crt
        program status
        program uninstall
        look > "${outside}/after"
        diff "${outside}/before" "${outside}/after" && echo no trace`;
      const said = execFileSync('unshare', ['-m', 'sh', '-c', script], {
        cwd: project,
        encoding: 'utf8',
        env: { ...process.env, HOME: outside },
      });
      expect(said).not.toContain('too early');
      expect(said).toContain('certs/svc9.crt: OK\n');
      expect(said).toMatch(/no trace\n$/);
      expect(said.match(/ yes/g)).toHaveLength(2);
    }));

  it('is left to root, with the lines to run', () =>
    inProject(threeModes, (project) => {
      // Without a mapping of users whoever it was is nobody.
      const result = spawnSync(
        'unshare',
        ['-U', process.execPath, programPath, 'trust', 'install', '--store', 'system'],
        {
          cwd: project,
          encoding: 'utf8',
        },
      );
      expect(result.status).toBe(1);
      expect(result.stdout).toMatch(
        /^sudo install -m 0644 \S+\/certs\/ca.crt \/usr\/local\/share\/ca-certificates\/ingress-tls-example.test-[0-9a-f]{16}.crt\nsudo update-ca-certificates$/m,
      );
      expect(result.stderr).toContain('for root to change');
    }));
});
