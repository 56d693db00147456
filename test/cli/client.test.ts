import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';

const ran = (project: string, line: string): ProgramResult => runProgram(line.split(' '), { cwd: project });
const certificateAt = (project: string, name: string): X509Certificate =>
  new X509Certificate(readFileSync(join(project, 'certs', `${name}.crt`)));

/** All that goes to the cluster. */
function readOutput(project: string): string {
  return execFileSync('sh', ['-c', 'find charts manifests secrets -type f | sort | xargs cat'], {
    cwd: project,
    encoding: 'utf8',
  });
}

interface Clients {
  readonly clients: readonly { readonly person: string | null; readonly hasKey: boolean; readonly subject: string }[];
}

const personsOf = (project: string): readonly (string | null)[] =>
  (JSON.parse(ran(project, 'client list svc9 --json').stdout) as Clients).clients.map(({ person }) => person);

describe('client', () => {
  it('add makes a pair of the authority of the service, for which nothing changes on the cluster', () =>
    inProject(threeModes, (project) => {
      const before = readOutput(project);
      const result = ran(project, 'client add svc9 alice');
      expectGolden('client-add', ['client', 'add', 'svc9', 'alice'], project, result);
      expect(result.exitCode).toBe(0);
      const certificate = certificateAt(project, 'svc9-client-alice');
      const authority = certificateAt(project, 'svc9-client-ca');
      expect(certificate.verify(authority.publicKey)).toBe(true);
      expect(certificate.checkIssued(authority)).toBe(true);
      expect([certificate.subject, certificate.keyUsage]).toEqual(['CN=svc9-client-alice', ['1.3.6.1.5.5.7.3.2']]);
      expect(statSync(join(project, 'certs/svc9-client-alice.key')).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(
        `${threeModes}    clientAuth: {clients: [alice]}\n`,
      );
      expect(readOutput(project)).toBe(before);
      expect(ran(project, 'render').stdout).toMatch(/^unchanged/);
    }));

  it('list and remove say whose certificates there are, and what is not ended', () =>
    inProject(threeModes, (project) => {
      for (const person of ['alice', 'bob']) expect(ran(project, `client add svc9 ${person}`).exitCode).toBe(0);
      expectGolden('client-list', ['client', 'list'], project, ran(project, 'client list'));
      rmSync(join(project, 'certs/svc9-client-bob.key'));
      const { clients } = JSON.parse(ran(project, 'client list --json').stdout) as Clients;
      expect(clients.map(({ person, hasKey, subject }) => [person, hasKey, subject])).toEqual([
        [null, true, 'CN=svc9-client'],
        ['alice', true, 'CN=svc9-client-alice'],
        ['bob', false, 'CN=svc9-client-bob'],
      ]);
      const removed = ran(project, 'client remove svc9 alice');
      expectGolden('client-remove', ['client', 'remove', 'svc9', 'alice'], project, removed);
      expect(personsOf(project)).toEqual([null, 'bob']);
      expect(existsSync(join(project, 'certs/svc9-client-alice.key'))).toBe(true);
      // The pair of an earlier time is taken again, and it is said.
      const again = ran(project, 'client add svc9 alice --json');
      expect(JSON.parse(again.stdout)).toMatchObject({ certificates: [], client: { person: 'alice', hasKey: true } });
      expect(again.stderr.replaceAll('\n', ' ')).toContain('which were there already');
    }));

  it('remove names what ends it, and that does', () =>
    inProject(threeModes, (project) => {
      for (const person of ['alice', 'bob']) ran(project, `client add svc9 ${person}`);
      ran(project, 'client remove svc9 alice');
      const old = certificateAt(project, 'svc9-client-alice');
      // Whose key is with its owner needs a new pair before the old authority can go.
      rmSync(join(project, 'certs/svc9-client-bob.key'));
      const rotate = () => ran(project, 'rotate-ca svc9-client-ca --applied');
      expect([rotate(), rotate(), rotate()].map(({ exitCode }) => exitCode)).toEqual([0, 0, 1]);
      rmSync(join(project, 'certs/svc9-client-bob.crt'));
      expect([ran(project, 'render'), rotate()].map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      const { publicKey } = certificateAt(project, 'svc9-client-ca');
      expect(old.verify(publicKey)).toBe(false);
      expect(certificateAt(project, 'svc9-client-bob').verify(publicKey)).toBe(true);
    }));

  it('has its certificates renewed, listed and looked for as all others', () =>
    inProject(threeModes, (project) => {
      ran(project, 'client add svc9 alice');
      const before = certificateAt(project, 'svc9-client-alice');
      const expiring = ran(project, 'list --expiring 400d');
      expect([expiring.exitCode, expiring.stdout]).toEqual([1, expect.stringContaining('certs/svc9-client-alice.crt')]);
      const renewed = ran(project, 'renew svc9-client-alice --all');
      expect([renewed.exitCode, renewed.stdout]).toEqual([0, expect.stringContaining('certs/svc9-client-alice.crt')]);
      const after = certificateAt(project, 'svc9-client-alice');
      expect(after.fingerprint256).not.toBe(before.fingerprint256);
      expect(after.verify(certificateAt(project, 'svc9-client-ca').publicKey)).toBe(true);
      const [moment] = readdirSync(join(project, '.ingress-tls/backup'));
      expect(readdirSync(join(project, '.ingress-tls/backup', moment!, 'certs')).sort()).toEqual([
        'svc9-client-alice.crt',
        'svc9-client-alice.key',
      ]);
      const ignored = execFileSync('sh', ['-c', 'git init -q . && git add . && git ls-files certs'], { cwd: project });
      expect(ignored.toString()).toContain('certs/svc9-client-alice.crt\n');
      expect(ignored.toString()).not.toContain('.key');
    }));

  it('needs in a clone without keys no key of a client, and one of the authority to make a client', () =>
    inProject(threeModes, (project) => {
      ran(project, 'client add svc9 alice');
      for (const name of readdirSync(join(project, 'certs')).filter((file) => file.endsWith('.key')))
        rmSync(join(project, 'certs', name));
      const rendered = ran(project, 'render');
      expect(rendered.exitCode).toBe(0);
      expect(rendered.stderr).not.toContain('alice');
      const before = readFileSync(join(project, 'ingress-tls.yaml'), 'utf8');
      const added = ran(project, 'client add svc9 bob');
      expect([added.exitCode, added.stdout]).toEqual([2, '']);
      expect(added.stderr.replaceAll('\n', ' ')).toMatch(
        /svc9-client-bob.crt cannot be issued: certs\/svc9-client-ca.crt is here but its key certs\/svc9-client-ca.key is not/,
      );
      expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(before);
    }));

  it.each([
    ['add svc7 alice', 'svc7 asks no client for a certificate', 'write clientAuth: true into svc7'],
    ['add svc99 alice', 'no service "svc99"', 'did you mean svc9?'],
    ['add nothing-like-it alice', 'no service "nothing-like-it"', 'ingress-tls list'],
    ['add svc9 ../alice', '"../alice" cannot name a client', 'ingress-tls client add --help'],
    ['add svc9 alice:', '"alice:" cannot name a client', 'did you mean alice?'],
    ['add svc9 -x', "unknown option '-x'", '--help'],
    ['add svc9 -- -x', '"-x" cannot name a client', 'did you mean x?'],
    ['add svc9 ca', 'certs/svc9-client-ca.crt is the authority of the clients', 'choose another name'],
    ['remove svc9 alice', 'svc9 has no client "alice": it has none of a name', 'ingress-tls client list'],
    ['list svc7', 'svc7 asks no client for a certificate', 'clientAuth: true'],
    ['remove svc9', "missing required argument 'person'", '--help'],
  ])('%s is refused, with what to do, and nothing is written', (line, what, remedy) =>
    inProject(threeModes, (project) => {
      const result = ran(project, `client ${line}`);
      expect([result.exitCode, result.stdout]).toEqual([2, '']);
      const said = result.stderr.replaceAll(/\n\s*/g, ' ');
      expect(said).toContain(what);
      expect(said).toContain(remedy);
      expect(readFileSync(join(project, 'ingress-tls.yaml'), 'utf8')).toBe(threeModes);
      expect(readdirSync(join(project, 'certs')).some((name) => name.includes('alice'))).toBe(false);
    }),
  );

  it('refuses a client twice, one that is misspelt, and one of an authority that somebody else has', () =>
    inProject(threeModes, (project) => {
      ran(project, 'client add svc9 alice');
      expect(ran(project, 'client add svc9 alice').stderr).toContain('svc9 has a client "alice" already');
      expect(ran(project, 'client remove svc9 alcie').stderr).toContain('did you mean alice?');
      writeFileSync(join(project, 'certs/partners.crt'), readFileSync(join(project, 'certs/svc9-client-ca.crt')));
      writeFileSync(
        join(project, 'ingress-tls.yaml'),
        `${threeModes}    clientAuth: {authority: certs/partners.crt}\n`,
      );
      const { exitCode, stderr } = ran(project, 'client add svc9 bob');
      expect(exitCode).toBe(2);
      expect(stderr.replaceAll('\n', ' ')).toContain(
        'svc9 lets in whom certs/partners.crt certifies, and the project has no key of that authority',
      );
    }));
});
