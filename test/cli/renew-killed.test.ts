import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProjectFiles } from '../../src/world/files/files.ts';
import { observePairs } from '../../src/world/files/observe.ts';
import { distinguish, readFolder, watchEachStep, writeFolder, type Folder } from '../support/disk-moments.ts';
import { startInside } from '../support/inside-program.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';

const names = ['wildcard', 'ca', 'svc8', 'svc9', 'svc9-client-ca', 'svc9-client'];
const pairs = names.map((name) => ({ certificate: `certs/${name}.crt`, key: `certs/${name}.key` }));

/** As OpenSSL judges it. */
function fits(certificate: string, key: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

/** The pairs whose two files, read as any other program reads them, do not belong together. */
function misfitsIn(folder: Folder): readonly string[] {
  return pairs.flatMap(({ certificate, key }) =>
    fits(folder.get(certificate)!.text, folder.get(key)!.text) ? [] : [certificate],
  );
}

/** What a run leaves that was killed at each of these moments. */
async function judgeMoments(moments: readonly Folder[], before: Folder, outside: string): Promise<number> {
  const seen = new Set<string>();
  let torn = 0;
  for (const [index, moment] of moments.entries()) {
    // A key is nobody else's from its first byte, and no old one is lost.
    for (const [path, { text, mode }] of moment) {
      if (text.includes('PRIVATE KEY-----')) expect([path, mode]).toEqual([path, 0o600]);
    }
    const texts = [...moment.values()].map(({ text }) => text);
    for (const { certificate, key } of pairs)
      for (const path of [certificate, key]) expect(texts).toContain(before.get(path)!.text);
    const misfits = misfitsIn(moment);
    expect(misfits.length).toBeLessThanOrEqual(1);
    torn += misfits.length;
    if (seen.has(distinguish(moment))) continue;
    seen.add(distinguish(moment));

    // Whoever reads without the lock finds pairs that fit; who writes makes it so for all.
    const folder = join(outside, `moment-${index}`);
    writeFolder(folder, moment);
    const observed = observePairs(createProjectFiles(folder), pairs);
    expect(pairs.map(({ certificate }) => observed.get(certificate)?.matches)).toEqual(pairs.map(() => true));
    expect((await startInside(['render'], folder, { PATH: '' }).ended).exitCode).toBe(0);
    const after = readFolder(folder);
    expect(misfitsIn(after)).toEqual([]);
    expect([...after.keys()].filter((path) => /\.tmp$|renewal/.test(path))).toEqual([]);
    for (const name of ['svc8', 'svc9']) {
      const secret = after.get(`secrets/ic3-${name}-tls.yaml`)!.text;
      for (const kind of ['crt', 'key'])
        expect(secret).toContain(Buffer.from(after.get(`certs/${name}.${kind}`)!.text).toString('base64'));
    }
    rmSync(folder, { recursive: true });
  }
  expect(seen.size).toBeGreaterThan(10);
  return torn;
}

describe('renew, killed before any change of the disk', () => {
  it('leaves pairs that fit, keys that nobody else can read, and copies; the next run completes', async () => {
    await inProject(threeModes, async (project, outside) => {
      const before = readFolder(project);
      const moments = await watchEachStep(project, ['renew', '--all']);
      expect(moments.length).toBeGreaterThan(100);
      // Others see the new key beside the old certificate for as long as one file takes to be written.
      expect(await judgeMoments(moments, before, outside)).toBeGreaterThan(0);
    });
  });

  it('with --keep-key: others see pairs that fit, too', async () => {
    await inProject(threeModes, async (project, outside) => {
      const before = readFolder(project);
      const moments = await watchEachStep(project, ['renew', '--all', '--keep-key']);
      expect(await judgeMoments(moments, before, outside)).toBe(0);
    });
  });
});

describe('kill -9', () => {
  const preload = new URL('../support/stop-at.js', import.meta.url).href;

  it('at each file that renew replaces: graph finds nothing wrong, and renew again makes it whole', async () => {
    await inProject(threeModes, (project, outside) => {
      let torn = 0;
      for (let number = 1, isStopped = true; isStopped; number += 1) {
        const folder = join(outside, String(number));
        cpSync(project, folder, { recursive: true });
        const env = { NODE_OPTIONS: `--import=${preload}`, INGRESS_TLS_TEST_STOP: `kill ${number}` };
        const killed = runProgram(['renew', 'svc9', '--all'], { cwd: folder, env });
        isStopped = killed.stderr.includes('stopped here\n');
        expect(killed.exitCode).toBe(isStopped ? null : 0);
        torn += misfitsIn(readFolder(folder)).length;
        expect(runProgram(['graph'], { cwd: folder }).stdout).not.toContain('!!');
        expect(runProgram(['renew', 'svc9', '--all'], { cwd: folder }).exitCode).toBe(0);
        expect(misfitsIn(readFolder(folder))).toEqual([]);
        expect(existsSync(join(folder, '.ingress-tls/backup/renewal'))).toBe(false);
      }
      expect(torn).toBeGreaterThan(0);
    });
  });
});

describe('a pair that was killed half-way', () => {
  /** As a kill between the two files leaves it. */
  async function tear(project: string): Promise<Folder> {
    const moments = await watchEachStep(project, ['renew', 'svc9-client', '--all']);
    return moments.find((moment) => misfitsIn(moment).length > 0)!;
  }

  it.each([
    ['the old key was put back: the old pair stands', 'key', 'old'],
    ['the old certificate was put back: the new pair stands', 'crt', 'new'],
  ] as const)('%s', async (_, kind, expected) => {
    await inProject(threeModes, async (project, outside) => {
      const before = readFolder(project);
      const torn = await tear(project);
      const folder = join(outside, 'torn');
      const path = `certs/svc9-client.${kind}`;
      writeFolder(folder, new Map([...torn, [path, before.get(path)!]]));
      expect((await startInside(['render'], folder, { PATH: '' }).ended).exitCode).toBe(0);
      const after = readFolder(folder);
      expect(misfitsIn(after)).toEqual([]);
      const is = after.get('certs/svc9-client.key')?.text === before.get('certs/svc9-client.key')?.text ? 'old' : 'new';
      expect(is).toBe(expected);
      expect([...after.keys()].filter((name) => name.includes('renewal'))).toEqual([]);
    });
  });

  it('is given to curl as a pair that fits', async () => {
    await inProject(threeModes, async (project, outside) => {
      const folder = join(outside, 'torn');
      writeFolder(folder, await tear(project));
      const { stderr } = runProgram(['curl', 'svc9', '--address', '127.0.0.1:9'], { cwd: folder });
      const [, certificate = ''] = /--cert (\S+)/.exec(stderr.replaceAll(/\s+/g, ' ')) ?? [];
      expect(certificate).toBe('.ingress-tls/backup/renewal/certs/svc9-client.crt');
      const key = readFileSync(join(folder, 'certs/svc9-client.key'), 'utf8');
      expect(fits(readFileSync(join(folder, certificate), 'utf8'), key)).toBe(true);
    });
  });
});
