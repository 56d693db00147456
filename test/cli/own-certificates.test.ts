import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';
import { CertificateMaker, type KeyPair } from '../support/reference-certificates.ts';
import { run } from '../support/running-gateway.ts';
import { withPreview } from './preview-run.ts';

/** What a person's company has issued for the three modes. */
interface Company {
  readonly root: KeyPair;
  readonly issuing: KeyPair;
  readonly stranger: KeyPair;
  readonly wildcard: KeyPair;
  readonly svc8: KeyPair;
  readonly svc9: KeyPair;
}

function makeCompany(folder: string): Company {
  mkdirSync(folder);
  const maker = new CertificateMaker(folder);
  const root = maker.makeAuthority('/CN=Corporate Root');
  const issuing = maker.makeAuthority('/CN=Corporate Issuing', root);
  const issue = (...dnsNames: readonly string[]): KeyPair =>
    maker.makeIssued({ subject: `/CN=${dnsNames[0] ?? ''}`, dnsNames }, issuing);
  return {
    ...{ root, issuing },
    stranger: maker.makeAuthority('/CN=Stranger'),
    wildcard: issue('*.example.test', 'example.test', '*.direct.example.test'),
    svc8: issue('ic3-svc8.default.svc'),
    svc9: issue('svc9.example.test'),
  };
}

const ownEverywhere = `${threeModes.replace('certificate:\n', 'certificate:\n  authority: certs/root.crt\n')}    certificate:
      source: files
      authority: certs/root.crt
`;

interface Situation {
  readonly project: string;
  readonly outside: string;
  readonly company: Company;
  /** Writes files in certs/, each of these certificates, and the key of the first. */
  readonly bring: (name: string, pair: KeyPair, ...above: readonly KeyPair[]) => void;
}

function withCompany(body: (situation: Situation) => void | Promise<void>, config = threeModes): Promise<void> {
  return inProject(threeModes, async (project, outside) => {
    if (config !== threeModes) writeFileSync(join(project, 'ingress-tls.yaml'), config);
    const bring: Situation['bring'] = (name, pair, ...above) => {
      writeFileSync(
        join(project, `certs/${name}.crt`),
        [pair, ...above].map(({ certificate }) => certificate).join(''),
      );
      writeFileSync(join(project, `certs/${name}.key`), pair.key, { mode: 0o600 });
    };
    await body({ project, outside, bring, company: makeCompany(join(outside, 'company')) });
  });
}

function render(project: string): string {
  const { exitCode, stderr } = runProgram(['render'], { cwd: project });
  return `${exitCode}\n${stderr}`;
}

/** What verify says of each check of a service, of the preview of the project. */
function verifyPreview(
  project: string,
  service: string,
  options: readonly string[] = [],
): Promise<{ readonly exitCode: number | null; readonly stdout: string }> {
  return withPreview(project, { path: process.env['PATH'] ?? '' }, async (preview) => {
    await preview.event('listening');
    return run(['verify', service, ...options], project);
  });
}

describe('a wildcard certificate of an issuing authority', () => {
  it('without what stands between: named at render, and trust fails as it does for curl', async () => {
    await withCompany(async ({ project, bring, company }) => {
      bring('wildcard', company.wildcard);
      expect(render(project)).toMatch(
        /^0\nwarning: certs\/wildcard\.crt ends with "CN=\*\.example\.test", signed by "CN=Corporate Issuing", which is neither in it nor a public root/,
      );
      const { exitCode, stdout } = await verifyPreview(project, 'svc7');
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/FAILED {2}trust .*UNABLE_TO/);
      expect(stdout).toContain('certs/wildcard.crt lacks that of CN=Corporate Issuing');
    });
  });

  it.each<readonly [string, readonly (keyof Company)[], string]>([
    [
      'the root without what stands between',
      ['wildcard', 'root'],
      'warning: certs/wildcard.crt ends with "CN=*.example.test"',
    ],
    [
      'what stands between before it',
      ['issuing', 'wildcard'],
      'write the certificates of certs/wildcard.crt in this order: "CN=*.example.test", "CN=Corporate Issuing"\n',
    ],
    [
      'the root before what stands between',
      ['wildcard', 'root', 'issuing'],
      'in this order: "CN=*.example.test", "CN=Corporate Issuing", "CN=Corporate Root"\n',
    ],
  ])('with %s: named for what it is', async (_, names, expected) => {
    await withCompany(({ project, bring, company }) => {
      const [first, ...others] = names.map((name) => company[name]);
      bring('wildcard', first!, ...others);
      writeFileSync(join(project, 'certs/wildcard.key'), company.wildcard.key);
      const text = render(project);
      expect(text).toContain(expected);
      expect(text).not.toContain('do not belong together');
      // Nothing is written of a file that begins with another certificate.
      expect(text.startsWith(names[0] === 'issuing' ? '2\n' : '0\n')).toBe(true);
    });
  });

  it('complete, with the root that clients trust named: it holds, and a host that it covers may be anywhere', async () => {
    const config = ownEverywhere.replace('mode: terminate', 'mode: terminate\n    host: svc7.direct.example.test');
    await withCompany(async ({ project, bring, company }) => {
      bring('wildcard', company.wildcard, company.issuing);
      bring('svc9', company.svc9, company.issuing);
      writeFileSync(join(project, 'certs/root.crt'), company.root.certificate);
      expect(render(project)).toMatch(/^0\n(?!.*certs\/)/s);
      for (const service of ['svc7', 'svc9']) {
        const { exitCode, stdout } = await verifyPreview(project, service);
        expect(stdout).toContain('trusted by certs/root.crt alone');
        expect(exitCode).toBe(0);
      }
      expect(runProgram(['list'], { cwd: project }).stdout).toContain('svc7.direct.example.test');
    }, config);
  });

  it('that does not lead to the root that is named: named', async () => {
    await withCompany(({ project, bring, company }) => {
      bring('wildcard', company.wildcard, company.issuing);
      bring('svc9', company.svc9);
      writeFileSync(join(project, 'certs/root.crt'), company.stranger.certificate);
      const text = render(project);
      expect(text).toContain(
        'certs/wildcard.crt does not lead to certs/root.crt: the certificate of "CN=Corporate Root", who',
      );
      expect(text).toContain(
        'certs/svc9.crt does not lead to certs/root.crt: the certificate of "CN=Corporate Issuing", who',
      );
    }, ownEverywhere);
  });

  it('that is not here: none is made in its place', async () => {
    await withCompany(({ project, company }) => {
      writeFileSync(join(project, 'certs/root.crt'), company.root.certificate);
      rmSync(join(project, 'certs/svc9.crt'));
      rmSync(join(project, 'certs/svc9.key'));
      expect(render(project)).toMatch(
        /^2\n.*certs\/svc9\.crt is not here, and ingress-tls\.yaml says that it is your own/s,
      );
    }, ownEverywhere);
  });
});

describe("a pod's certificate of an issuing authority", () => {
  it('is told where to name who vouches for it', async () => {
    await withCompany(({ project, bring, company }) => {
      bring('svc9', company.svc9, company.issuing);
      expect(render(project)).toContain(
        'or say certificate: {source: files, authority: FILE} of it in ingress-tls.yaml',
      );
    });
  });

  it.each<readonly [string, readonly (keyof Company)[], readonly (keyof Company)[]]>([
    ['shows what stands between', ['svc8', 'issuing'], ['root']],
    ['relies on a bundle, the root last', ['svc8'], ['issuing', 'root']],
    ['relies on a bundle, the root first', ['svc8'], ['root', 'issuing']],
  ])('that %s: the hop is made and verified', async (_, shown, bundle) => {
    await withCompany(async ({ project, bring, company }) => {
      const [first, ...above] = shown.map((name) => company[name]);
      bring('svc8', first!, ...above);
      bring('svc9', company.svc9, company.issuing);
      writeFileSync(join(project, 'certs/ca.crt'), bundle.map((name) => company[name].certificate).join(''));
      rmSync(join(project, 'certs/ca.key'));
      expect(render(project)).toMatch(/^0\n(?!.*certs\/)/s);
      expect(await verifyPreview(project, 'svc8')).toMatchObject({ exitCode: 0 });
    });
  });

  it('whose authority is no root: said before the hop breaks', async () => {
    await withCompany(({ project, bring, company }) => {
      bring('svc8', company.svc8);
      writeFileSync(join(project, 'certs/ca.crt'), company.issuing.certificate);
      rmSync(join(project, 'certs/ca.key'));
      expect(render(project)).toMatch(
        /^2\ncerts\/ca\.crt does not hold the root above it, "CN=Corporate Root": OpenSSL, .*\n +append the certificate of "CN=Corporate Root" to certs\/ca\.crt\nerror/s,
      );
    });
  });
});

describe('a client certificate', () => {
  it('that has expired: verify and curl say so, and blame neither pod nor controller', async () => {
    await inProject(`${threeModes}controller: {profile: traefik}\n`, async (project, outside) => {
      const maker = new CertificateMaker(outside);
      const read = (name: string): string => readFileSync(join(project, 'certs', name), 'utf8');
      const expired = maker.makeIssued(
        { subject: '/CN=svc9-client', dnsNames: [], from: -90, until: -10 },
        { certificate: read('svc9-client-ca.crt'), key: read('svc9-client-ca.key') },
        join(project, 'certs/svc9-client.key'),
      );
      writeFileSync(join(project, 'certs/svc9-client.crt'), expired.certificate);
      const day = new Date(Date.now() - 10 * 86_400_000).toISOString().slice(0, 10);
      const { stdout } = await verifyPreview(project, 'svc9');
      const causes = stdout.split('\n').filter((line) => line.includes('cause:'));
      expect(causes).toHaveLength(2);
      for (const line of causes) expect(line).toContain(`certs/svc9-client.crt expired on ${day}`);
      const curl = await run(['curl', 'svc9', '--address', '127.0.0.1:1'], project);
      expect(curl.stderr).toContain(
        `warning: certs/svc9-client.crt expired on ${day}, so whoever asks for it refuses it`,
      );
    });
  });

  it("that the project made: verify says renew of its own, and of a person's nothing of the project's", async () => {
    await inProject(threeModes, async (project, outside) => {
      const file = join(project, 'certs/svc9-client-ca.crt');
      const maker = new CertificateMaker(outside);
      const yours = maker.makeIssued({ subject: '/CN=you', dnsNames: [] }, maker.makeAuthority('/CN=Stranger'));
      writeFileSync(join(outside, 'you.crt'), yours.certificate);
      writeFileSync(join(outside, 'you.key'), yours.key, { mode: 0o600 });
      const asYou = await verifyPreview(project, 'svc9', ['--cert', '../you.crt', '--key', '../you.key']);
      expect(asYou.stdout).toContain('you.crt does not lead to certs/svc9-client-ca.crt');
      expect(asYou.stdout).not.toContain('svc9-client.crt and its key away');
      writeFileSync(file, maker.makeAuthority('/CN=Another').certificate);
      rmSync(join(project, 'certs/svc9-client-ca.key'));
      expect((await verifyPreview(project, 'svc9')).stdout).toContain(
        'ingress-tls renew svc9-client, then ingress-tls apply; or try with another: --cert FILE --key FILE',
      );
    });
  });

  it('of an authority of your own is tried where it is named, and judged against that authority', async () => {
    await withCompany(async ({ project, bring, company, outside }) => {
      const maker = new CertificateMaker(outside);
      bring('clients', company.issuing, company.root);
      expect(render(project)).toMatch(/^0\n/);
      const write = (name: string, pair: KeyPair, ...above: readonly KeyPair[]): readonly string[] => {
        writeFileSync(join(outside, `${name}.crt`), [pair, ...above].map(({ certificate }) => certificate).join(''));
        writeFileSync(join(outside, `${name}.key`), pair.key, { mode: 0o600 });
        return ['--cert', join(outside, `${name}.crt`), '--key', `../${name}.key`];
      };
      const right = write('right', maker.makeIssued({ subject: '/CN=me', dnsNames: [] }, company.issuing));
      const wrong = write('wrong', maker.makeIssued({ subject: '/CN=you', dnsNames: [] }, company.stranger));
      const seen = await verifyPreview(project, 'svc9', right);
      expect(seen.stdout).toMatch(/ok {2,}client-certificate-right +TLS 1\.2 and TLS 1\.3: status 200/);
      expect(seen.exitCode).toBe(0);
      const refused = await verifyPreview(project, 'svc9', wrong);
      expect(refused.stdout).toMatch(
        /wrong\.crt does not lead to certs\/clients\.crt, so it is refused with good reason/,
      );
      expect(refused.exitCode).toBe(1);
      expect((await verifyPreview(project, 'svc9')).stdout).toContain('--cert FILE --key FILE');
      for (const args of [right.slice(0, 2), right.slice(2), ['--cert', 'no.crt', '--key', 'no.key']])
        expect(runProgram(['verify', 'svc9', ...args], { cwd: project }).exitCode).toBe(2);
      expect(runProgram(['verify', 'svc7', ...right], { cwd: project })).toMatchObject({
        ...{ exitCode: 2, stderr: expect.stringContaining('none of these does') as string },
      });
    }, `${threeModes}    clientAuth: {authority: certs/clients.crt}\n`);
  });
});

describe('verify --cert', () => {
  it.each([
    ['DER', 'you.der', 'it is a certificate in DER form, not UTF-8 text'],
    ['PKCS#12', 'you.p12', 'it is a PKCS#12 store, not UTF-8 text'],
    ['no certificate at all', 'you.key', 'you.key'],
  ])('of %s: named for what it is, with its file', async (_, name, words) => {
    await inProject(threeModes, (project, outside) => {
      const maker = new CertificateMaker(outside);
      const { certificate, key } = maker.makeAuthority('/CN=you');
      writeFileSync(join(outside, 'you.crt'), certificate);
      writeFileSync(join(outside, 'you.key'), key, { mode: 0o600 });
      const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { cwd: outside });
      openssl('x509', '-in', 'you.crt', '-outform', 'DER', '-out', 'you.der');
      openssl('pkcs12', '-export', '-in', 'you.crt', '-inkey', 'you.key', '-passout', 'pass:x', '-out', 'you.p12');
      const args = ['verify', 'svc9', '--cert', `../${name}`, '--key', '../you.key'];
      const { exitCode, stderr } = runProgram(args, { cwd: project });
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(words)]);
      expect(stderr).toContain(`../${name}`);
    });
  });

  it('is for a service whose annotations ask for one too', async () => {
    const annotations = 'annotations: {nginx.ingress.kubernetes.io/auth-tls-secret: default/corp-ca}';
    await inProject(threeModes.replace('mode: terminate', `mode: terminate\n    ${annotations}`), (project) => {
      const args = ['verify', 'svc7', '--cert', 'none.crt', '--key', 'none.key'];
      const { stderr } = runProgram(args, { cwd: project });
      expect(stderr).toContain('cannot connect as a client: none.crt is not there');
    });
  });
});

describe('the authority of the project, moved away', () => {
  it('is not made anew while what it issued is there', async () => {
    await inProject(threeModes, (project) => {
      const away = join(project, 'away');
      mkdirSync(away);
      const before = readFileSync(join(project, 'secrets/ic3-svc8-upstream-ca.yaml'), 'utf8');
      for (const name of ['ca.crt', 'ca.key']) renameSync(join(project, 'certs', name), join(away, name));
      expect(render(project)).toMatch(
        /^2\ncerts\/ca\.crt is not here, and a new authority would not vouch for what it issued: certs\/svc8\.crt, certs\/svc9\.crt\n/,
      );
      for (const name of ['svc8', 'svc9'])
        for (const end of ['crt', 'key'])
          renameSync(join(project, `certs/${name}.${end}`), join(away, `${name}.${end}`));
      expect(render(project)).toMatch(/^0\n/);
      expect(readFileSync(join(project, 'secrets/ic3-svc8-upstream-ca.yaml'), 'utf8')).not.toBe(before);
    });
  });
});

describe('certificate.source project', () => {
  it('says of a wildcard that signed itself, and of one that the authority issued when it is taken out, what renews it', async () => {
    await inProject(threeModes, (project) => {
      const setSource = (source: string): void => {
        const text = threeModes.replace('certificate:\n', `certificate:\n  source: ${source}\n`);
        writeFileSync(join(project, 'ingress-tls.yaml'), text);
      };
      for (const source of ['project', 'self-signed']) {
        setSource(source);
        expect(render(project)).toContain('ingress-tls renew wildcard --all, then ingress-tls apply');
        expect(runProgram(['renew', 'wildcard', '--all'], { cwd: project }).exitCode).toBe(0);
        expect(render(project)).toMatch(/^0\n(?!.*certs\/)/s);
      }
    });
  });

  it('has the wildcard issued by the authority of the project, which clients trust', async () => {
    const config = threeModes.replace('certificate:\n', 'certificate:\n  source: project\n');
    await inProject(config, async (project) => {
      const { exitCode, stdout } = await verifyPreview(project, 'svc7');
      expect(stdout).toContain('trusted by certs/ca.crt alone');
      expect(exitCode).toBe(0);
      expect(runProgram(['graph'], { cwd: project }).stdout).toMatch(/wildcard\.crt.*certs\/ca\.crt/s);
    });
  });
});
