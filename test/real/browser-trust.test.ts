import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { withPreview } from '../cli/preview-run.ts';
import { Browser, whyNoBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/describe-with.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram, type ProgramResult } from '../support/program.ts';

const config = threeModes.replace('  keyType: ecdsa-p256', '  keyType: ecdsa-p256\n  source: project');

const whyNoNss =
  spawnSync('certutil', ['-H']).error === undefined ? undefined : 'no certutil of NSS on PATH (Debian: libnss3-tools)';

/** Has Chromium choose the one client certificate that it has: nobody is there to be asked. It reads that in a folder of the system alone. */
const policies = '/etc/chromium/policies/managed';
const policy = { AutoSelectCertificateForUrls: [JSON.stringify({ pattern: 'https://[*.]example.test', filter: {} })] };

/** A person's home in which Chromium was started before, and a browser that belongs to it. */
async function atHome(
  body: (home: string, run: (line: string) => ProgramResult, browse: (url: string) => Promise<string>) => Promise<void>,
  project: string,
): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'ingress-tls-home-'));
  try {
    const database = join(home, '.pki/nssdb');
    mkdirSync(database, { recursive: true });
    execFileSync('certutil', ['-N', '-d', `sql:${database}`, '--empty-password']);
    const run = (line: string): ProgramResult => runProgram(line.split(' '), { cwd: project, env: { HOME: home } });
    const browse = async (url: string): Promise<string> => {
      const browser = new Browser(home, 'example.test', []);
      try {
        const { status, body: text } = await browser.open(url);
        return `${status} ${text}`;
      } catch (error) {
        return String(error);
      } finally {
        await browser.close();
      }
    };
    await body(home, run, browse);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

describeUnless(whyNoBrowser() ?? whyNoNss, 'Chromium', () => {
  it('opens a service without a warning once its authority is trusted, and not once it is taken out', () =>
    inProject(config, (project) =>
      withPreview(project, { args: [], path: process.env['PATH'] ?? '' }, ({ port }) =>
        atHome(async (_home, run, browse) => {
          const url = `https://svc7.example.test:${port}/`;
          expect(await browse(url)).toContain('ERR_CERT_AUTHORITY_INVALID');
          expect(run('trust install --store nss')).toMatchObject({ exitCode: 0 });
          expect(await browse(url)).toMatch(/^200 .*svc7/s);
          expect(run('trust uninstall --store nss')).toMatchObject({ exitCode: 0 });
          expect(await browse(url)).toContain('ERR_CERT_AUTHORITY_INVALID');
        }, project),
      ),
    ));

  it('shows a client certificate that was exported', (test) =>
    inProject(config, (project) =>
      withPreview(project, { args: [], path: process.env['PATH'] ?? '' }, ({ port }) =>
        atHome(async (home, run, browse) => {
          const file = join(policies, `ingress-tls-test-${process.pid}.json`);
          try {
            mkdirSync(policies, { recursive: true });
            writeFileSync(file, JSON.stringify(policy));
          } catch {
            test.skip(`${policies} cannot be written`);
          }
          try {
            const url = `https://svc9.example.test:${port}/`;
            expect(run('trust install --store nss').exitCode).toBe(0);
            expect(await browse(url)).toMatch(/ERR_BAD_SSL_CLIENT_AUTH_CERT|ERR_SSL_CLIENT_AUTH/);
            writeFileSync(join(home, 'password'), 'a good one\n');
            expect(run('client add svc9 alice').exitCode).toBe(0);
            expect(run(`export svc9-client-alice -o ${home}/alice.p12 --password-file ${home}/password`).exitCode).toBe(
              0,
            );
            execFileSync('pk12util', [
              '-i',
              `${home}/alice.p12`,
              '-w',
              `${home}/password`,
              '-d',
              `sql:${home}/.pki/nssdb`,
            ]);
            expect(await browse(url)).toMatch(/^200 .*svc9/s);
          } finally {
            rmSync(file);
            // Where nobody else has any, the folders are of this test.
            for (const folder of [policies, dirname(policies)]) if (readdirSync(folder).length === 0) rmdirSync(folder);
          }
        }, project),
      ),
    ));
});
