import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startInside } from '../support/inside-program.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import type { ProgramResult } from '../support/program.ts';

const second = 1000;
const day = 24 * 3600 * second;

/** Begin and end of a certificate, as openssl reads them. */
function lifeOf(project: string, name: string): { readonly begin: number; readonly end: number } {
  const certificate = new X509Certificate(readFileSync(join(project, 'certs', `${name}.crt`)));
  return { begin: Date.parse(certificate.validFrom), end: Date.parse(certificate.validTo) };
}

function runAt(time: number, project: string, ...args: readonly string[]): Promise<ProgramResult> {
  return startInside(args, project, { PATH: '' }, new Date(time)).ended;
}

interface Listed {
  readonly certificate: string;
  readonly state: string;
}

describe('one rule for what expires soon', () => {
  it('list, graph, render and doctor say the same of each moment in the life of a certificate', async () => {
    await inProject(threeModes, async (project) => {
      const { begin, end } = lifeOf(project, 'wildcard');
      const two = Math.ceil(begin + ((end - begin) * 2) / 3);
      const moments = [
        [begin, 'valid', ''],
        [two - second, 'valid', ''],
        [two, 'expiring', 'certs/wildcard.crt expires in 121 days, on '],
        [end - day / 2, 'expiring', 'certs/wildcard.crt expires on '],
        [end, 'expiring', 'certs/wildcard.crt expires on '],
        [end + second, 'expired', 'certs/wildcard.crt expired on '],
      ] as const;
      for (const [time, state, words] of moments) {
        const listed = await runAt(time, project, 'list', '--json');
        const { certificates } = JSON.parse(listed.stdout) as { readonly certificates: readonly Listed[] };
        expect(certificates.find(({ certificate }) => certificate === 'certs/wildcard.crt')?.state).toBe(state);
        const row = { valid: /^\d+ days$/, expiring: /^\d+ days?, soon$/, expired: /^expired$/ }[state];
        for (const command of ['list', 'graph']) {
          const { stdout } = await runAt(time, project, command);
          expect(/^certs\/wildcard\.crt +\S+(?: at \S+ UTC)? +(.*?)(?: {2}.*)?$/m.exec(stdout)?.[1]).toMatch(row);
        }
        const { stderr, exitCode } = await runAt(time, project, 'render');
        const codes = ['certificate-expiring', 'certificate-expired'].filter((code) => stderr.includes(`[${code}]`));
        expect([exitCode, codes]).toEqual([0, state === 'valid' ? [] : [`certificate-${state}`]]);
        expect(stderr.replaceAll(/\s+/g, ' ')).toContain(words);
        const examined = await runAt(time, project, 'doctor', '--json');
        const { findings } = JSON.parse(examined.stdout) as {
          readonly findings: readonly { readonly check: string }[];
        };
        expect(findings.some(({ check }) => check === `certificate-${state}`)).toBe(state !== 'valid');
      }
    });
  });
});

describe('list --expiring', () => {
  it('ends with 1 when something expires within the time, and names it', async () => {
    await inProject(threeModes, async (project) => {
      const { begin, end } = lifeOf(project, 'svc9');
      const asks = [
        [end - 31 * day, ['--expiring', '30d'], false],
        [end - 30 * day - second, ['--expiring', '30d'], false],
        [end - 30 * day, ['--expiring', '30d'], true],
        [end + day, ['--expiring', '1h'], true],
        [begin + (end - begin) / 2, ['--expiring'], false],
        [begin + ((end - begin) * 3) / 4, ['--expiring'], true],
      ] as const;
      for (const [time, options, isSoon] of asks) {
        const json = await runAt(time, project, 'list', ...options, '--json');
        const { expiring, services } = JSON.parse(json.stdout) as Readonly<Record<string, readonly unknown[]>>;
        expect([json.exitCode, expiring?.includes('certs/svc9.crt'), services?.length]).toEqual([
          isSoon ? 1 : 0,
          isSoon,
          3,
        ]);
        const text = await runAt(time, project, 'list', ...options);
        expect([text.exitCode, /^certs\/svc9\.crt /m.test(text.stdout)]).toEqual([isSoon ? 1 : 0, isSoon]);
        expect(text.stdout).not.toContain('certs/ca.crt');
        if (!isSoon) expect(text).toMatchObject({ stdout: '', stderr: 'No certificate expires within that time.\n' });
      }
      expect((await runAt(end, project, 'list')).exitCode).toBe(0);
      expect(await runAt(end, project, 'list', '--expiring', '30')).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('Expected days or hours, such as 30d or 12h.') as string,
      });
    });
  });
});
