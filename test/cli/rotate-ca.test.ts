import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { distinguish, watchEachStep, writeFolder } from '../support/disk-moments.ts';
import { expectGolden } from '../support/golden.ts';
import { startInside } from '../support/inside-program.ts';
import { inProject, noServices, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';
import { installStandInCluster } from '../support/stand-in-cluster.ts';

const read = (project: string, path: string): string => readFileSync(join(project, path), 'utf8');
const blocksOf = (text: string): readonly string[] =>
  text.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g) ?? [];
const rotate = (project: string, ...args: readonly string[]): ProgramResult =>
  runProgram(['rotate-ca', ...args, '--applied'], { cwd: project });

/** Whether openssl believes a certificate by the authorities in these texts. */
function isTrusted(certificate: string, trusted: string, folder: string): boolean {
  const [shown, anchors] = [join(folder, 'shown.pem'), join(folder, 'anchors.pem')];
  writeFileSync(shown, certificate);
  writeFileSync(anchors, trusted);
  const { status } = spawnSync('openssl', ['verify', '-x509_strict', '-CAfile', anchors, '-no-CApath', shown]);
  return status === 0;
}

const trustOf = (project: string, secret: string): string => {
  const [, base64 = ''] = /ca\.crt: (\S+)/.exec(read(project, `secrets/${secret}.yaml`)) ?? [];
  return Buffer.from(base64, 'base64').toString('utf8');
};

describe('rotate-ca', () => {
  it('takes three steps, and nobody who has taken one refuses what the next or the last one shows', async () => {
    await inProject(threeModes, (project, outside) => {
      const leaf = (): string => read(project, 'certs/svc8.crt');
      const hop = (): string => trustOf(project, 'ic3-svc8-upstream-ca');
      const [first, old] = [leaf(), hop()];
      const golden = (step: number): void => {
        const result = rotate(project);
        const moment = /backup\/(\S+?)\.?\s/.exec(result.stderr)?.[1] ?? 'none';
        expectGolden(`rotate-ca-${step}`, ['rotate-ca', '--applied'], project, {
          ...result,
          stderr: result.stderr.replaceAll(moment, 'MOMENT'),
        });
        expect(runProgram(['render'], { cwd: project }).stdout).toMatch(/^unchanged {2}\d+ files\n$/);
      };
      golden(1);
      expect([leaf(), blocksOf(hop()).length, blocksOf(hop())[0]]).toEqual([first, 2, old]);
      expect(statSync(join(project, 'certs/ca.next.key')).mode & 0o777).toBe(0o600);
      const both = hop();
      golden(2);
      const second = leaf();
      expect(second).not.toBe(first);
      // The controller of the step before meets pods of this one, and the other way round.
      expect([first, second].map((shown) => isTrusted(shown, both, outside))).toEqual([true, true]);
      expect([first, second].map((shown) => isTrusted(shown, hop(), outside))).toEqual([true, true]);
      expect(isTrusted(second, old, outside)).toBe(false);
      expect(existsSync(join(project, 'certs/ca.next.key'))).toBe(false);
      golden(3);
      expect(leaf()).toBe(second);
      expect([isTrusted(second, hop(), outside), isTrusted(first, hop(), outside)]).toEqual([true, false]);
      expect(hop()).toBe(read(project, 'certs/ca.crt'));
      expect(new X509Certificate(hop()).subject).toBe(new X509Certificate(old).subject);
      // And once more, from the beginning.
      expect(JSON.parse(rotate(project, '--json').stdout)).toMatchObject({ step: 'trust-both', done: true });
    });
  });

  it('exchanges the authority of clients: old and new clients are let in until the last step', async () => {
    await inProject(threeModes, (project, outside) => {
      const client = (): string => read(project, 'certs/svc9-client.crt');
      const pod = (): string => trustOf(project, 'ic3-svc9-client-ca');
      const digests = (): string => read(project, 'charts/svc9/certificates.sha256');
      const [first, before] = [client(), digests()];
      rotate(project, 'svc9-client-ca');
      // The pod reads it once.
      expect(digests()).not.toBe(before);
      const step = rotate(project, 'certs/svc9-client-ca.crt');
      expect(step.stderr.replaceAll(/\s+/g, ' ')).toContain('Give the new certs/svc9-client.crt and the keys to those');
      const second = client();
      expect([first, second].map((shown) => isTrusted(shown, pod(), outside))).toEqual([true, true]);
      rotate(project, 'svc9-client-ca');
      expect([first, second].map((shown) => isTrusted(shown, pod(), outside))).toEqual([false, true]);
      expect(isTrusted(read(project, 'certs/svc9.crt'), read(project, 'certs/ca.crt'), outside)).toBe(true);
    });
  });

  it('is told by list and render, and renew leaves the authority alone meanwhile', async () => {
    await inProject(threeModes, (project) => {
      rotate(project);
      const words = 'certs/ca.crt holds two authorities, and both are trusted: the old one issues yet.';
      const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');
      expect(plain(runProgram(['render'], { cwd: project }).stderr)).toContain(words);
      expect(runProgram(['list'], { cwd: project }).stdout).toMatch(/^certs\/ca\.crt .* days, being replaced$/m);
      const listed = JSON.parse(runProgram(['list', '--json'], { cwd: project }).stdout) as {
        readonly certificates: readonly { readonly certificate: string; readonly rotation?: string }[];
      };
      expect(listed.certificates.flatMap(({ rotation }) => rotation ?? [])).toEqual(['trusting']);
      const renewed = runProgram(['renew', 'ca', '--all', '--keep-key'], { cwd: project });
      expect([renewed.exitCode, plain(renewed.stderr)]).toEqual([
        2,
        expect.stringMatching(
          /certs\/ca\.crt: another authority is taking its place .* next: ingress-tls rotate-ca ca/,
        ),
      ]);
      // A leaf that is due can be renewed in between, by whichever authority issues.
      expect(runProgram(['renew', 'svc8', '--all'], { cwd: project }).exitCode).toBe(0);
      execFileSync('openssl', ['verify', '-CAfile', 'certs/ca.crt', 'certs/svc8.crt'], { cwd: project });
    });
  });

  it('asks the cluster whether the step before is there, and takes none where it is not or nobody can say', async () => {
    await inProject(threeModes, (project) => {
      const cluster = installStandInCluster(project);
      expect(runProgram(['rotate-ca'], { cwd: project, env: cluster.env }).exitCode).toBe(0);
      const both = read(project, 'certs/ca.crt');
      expectGolden(
        'rotate-ca-not-applied',
        ['rotate-ca'],
        project,
        runProgram(['rotate-ca'], { cwd: project, env: cluster.env }),
      );
      const blind = runProgram(['rotate-ca'], { cwd: project, env: { PATH: '' } });
      expectGolden('rotate-ca-nobody-asked', ['rotate-ca'], project, blind);
      expect(read(project, 'certs/ca.crt')).toBe(both);
    });
  });

  it.each([
    ['a name that is nearly one', 'svc9-client-cs', 'Did you mean svc9-client-ca?'],
    ['a certificate that issues nothing', 'svc9', 'svc9 is no authority: nothing is issued by it'],
    ['nothing like a name', 'mail.example.com', 'no authority "mail.example.com" in this project'],
  ])('refuses %s', async (_, name, words) => {
    await inProject(threeModes, (project) => {
      const before = read(project, 'certs/ca.crt');
      const { exitCode, stderr, stdout } = rotate(project, name);
      expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringContaining(words)]);
      expect(read(project, 'certs/ca.crt')).toBe(before);
    });
  });

  it("refuses a person's own authority, one without its key, and a project that has none", async () => {
    await inProject(threeModes, (project) => {
      const key = read(project, 'certs/ca.key');
      rmSync(join(project, 'certs/ca.key'));
      expect(rotate(project)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('its key certs/ca.key is not here') as string,
      });
      writeFileSync(join(project, 'certs/ca.key'), key);
      const form = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
      execFileSync(
        'openssl',
        ['req', '-x509', '-key', 'ca.key', '-out', 'ca.crt', '-days', '99', '-subj', '/O=own', ...form],
        { cwd: join(project, 'certs'), stdio: 'ignore' },
      );
      for (const name of ['svc8', 'svc9'])
        for (const kind of ['crt', 'key']) rmSync(join(project, `certs/${name}.${kind}`));
      expect(runProgram(['render'], { cwd: project })).toMatchObject({ exitCode: 0 });
      expect(rotate(project)).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('certs/ca.crt is a file of your own') as string,
      });
    });
    await inProject(noServices, (project) => {
      expect(rotate(project)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no authority') as string });
    });
  });

  it('does not drop an authority while a certificate of it is in use that only its owner can exchange', async () => {
    await inProject(threeModes, (project) => {
      rmSync(join(project, 'certs/svc9-client.key'));
      expect(rotate(project, 'svc9-client-ca').exitCode).toBe(0);
      expect(rotate(project, 'svc9-client-ca')).toMatchObject({ exitCode: 0 });
      const both = read(project, 'certs/svc9-client-ca.crt');
      expect(rotate(project, 'svc9-client-ca')).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('certs/svc9-client.crt: its key certs/svc9-client.key is not here') as string,
      });
      expect(read(project, 'certs/svc9-client-ca.crt')).toBe(both);
    });
  });

  it('goes by the dates of both, also where the clock was set back in between', async () => {
    await inProject(threeModes, async (project) => {
      const old = read(project, 'certs/ca.crt');
      const at = new Date(Date.parse(new X509Certificate(old).validFrom) - 40 * 24 * 3600 * 1000);
      await startInside(['rotate-ca', '--applied'], project, { PATH: '' }, at).ended;
      const [, successor = ''] = blocksOf(read(project, 'certs/ca.crt'));
      expect(Date.parse(new X509Certificate(successor).validFrom)).toBe(
        Date.parse(new X509Certificate(old).validFrom) + 1000,
      );
    });
  });
});

describe('rotate-ca, killed before any change of the disk', () => {
  const run = (folder: string, ...args: readonly string[]) => startInside(args, folder, { PATH: '' }).ended;

  it.each([1, 2, 3])('in step %i: all that is in use is trusted, and the same command goes on', async (step) => {
    await inProject(threeModes, async (project, outside) => {
      for (let taken = 1; taken < step; taken += 1) await run(project, 'rotate-ca', '--applied');
      const moments = await watchEachStep(project, ['rotate-ca', '--applied']);
      const seen = new Map(moments.map((moment) => [distinguish(moment), moment]));
      for (const [index, moment] of [...seen.values()].entries()) {
        for (const [path, { text, mode }] of moment)
          if (text.includes('PRIVATE KEY-----')) expect([path, mode]).toEqual([path, 0o600]);
        const folder = join(outside, `moment-${index}`);
        writeFolder(folder, moment);
        const isWhole = async (): Promise<void> => {
          for (const name of ['svc8', 'svc9'])
            expect(isTrusted(read(folder, `certs/${name}.crt`), read(folder, 'certs/ca.crt'), outside)).toBe(true);
          expect((await run(folder, 'graph')).stdout).not.toContain('!!');
        };
        await isWhole();
        // Where nothing was left but the lock to give back, the next step is that of another exchange.
        const done: string[] = [];
        while (!['drop', 'trust-both'].includes(done.at(-1) ?? '') || done.length < 5 - step) {
          // Files that were not written any more come first.
          const { exitCode: rendered } = await run(folder, 'render');
          expect(rendered).toBe(0);
          const { exitCode, stdout } = await run(folder, 'rotate-ca', '--applied', '--json');
          expect([exitCode, done.length < 4]).toEqual([0, true]);
          done.push((JSON.parse(stdout) as { readonly step: string }).step);
          await isWhole();
          if (done.at(-1) === 'drop') break;
        }
        expect(existsSync(join(folder, 'certs/ca.next.key'))).toBe(done.at(-1) === 'trust-both');
        rmSync(folder, { recursive: true });
      }
      expect(seen.size).toBeGreaterThan(step === 2 ? 10 : 3);
    });
  });
});
