import { execFileSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pemBlock } from '../support/certs/pem-block.ts';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';

function readCertificates(project: string): Readonly<Record<string, string>> {
  const folder = join(project, 'certs');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** The kind of each key in certs/. */
function readKeyTypes(project: string): Readonly<Record<string, string>> {
  const keys = Object.entries(readCertificates(project)).filter(([name]) => name.endsWith('.key'));
  return Object.fromEntries(keys.map(([name, text]) => [name, createPrivateKey(text).asymmetricKeyType ?? '']));
}

const allNames = ['wildcard', 'ca', 'svc8', 'svc9', 'svc9-client-ca', 'svc9-client'];
const allOf = (type: string): Readonly<Record<string, string>> =>
  Object.fromEntries(allNames.map((name) => [`${name}.key`, type]));

describe('the kind of keys', () => {
  const undecided = threeModes.replace('certificate:\n  keyType: ecdsa-p256\n', '');

  it('without keyType: RSA for the wildcard, which any client meets, ECDSA elsewhere', async () => {
    await inProject(undecided, (project) => {
      expect(readKeyTypes(project)).toEqual({ ...allOf('ec'), 'wildcard.key': 'rsa' });
    });
  });

  it('with keyType: the same for all; without it again all are kept, and are as they should be', async () => {
    await inProject(threeModes.replace('ecdsa-p256', 'rsa-2048'), (project) => {
      expect(readKeyTypes(project)).toEqual(allOf('rsa'));
      const before = readCertificates(project);
      writeFileSync(join(project, 'ingress-tls.yaml'), undecided);
      const { exitCode, stdout } = runProgram(['render'], { cwd: project });
      expect([exitCode, stdout.split('\n')]).toEqual([0, [expect.stringMatching(/^unchanged {2}\d+ files$/), '']]);
      expect(readCertificates(project)).toEqual(before);
      expect(runProgram(['add-service', 'svc10', '--mode', 'reencrypt'], { cwd: project }).exitCode).toBe(0);
      expect(readKeyTypes(project)).toEqual({ ...allOf('rsa'), 'svc10.key': 'ec' });
      const certificate = new X509Certificate(readCertificates(project)['svc10.crt']!);
      expect(certificate.verify(new X509Certificate(before['ca.crt']!).publicKey)).toBe(true);
    });
  });
});

describe('what a person did to certs/', () => {
  it('deleted: everything is made anew, with Secrets that fit', async () => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      rmSync(join(project, 'certs'), { recursive: true });
      const result = runProgram(['render'], { cwd: project });
      expectGolden('render-certs-deleted', ['render'], project, result);
      expect(result.exitCode).toBe(0);
      const after = readCertificates(project);
      expect(Object.keys(after)).toEqual(Object.keys(before));
      const secret = readFileSync(join(project, 'secrets/ingress-controller-demo-tls-secret.yaml'), 'utf8');
      expect(secret).toContain(Buffer.from(after['wildcard.crt']!).toString('base64'));
      expect(runProgram(['render'], { cwd: project }).stdout).toMatch(/^unchanged {2}\d+ files\n$/);
    });
  });

  it('a key without its certificate: the key is kept and a certificate is made for it', async () => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      rmSync(join(project, 'certs/svc8.crt'));
      const result = runProgram(['render'], { cwd: project });
      expectGolden('render-key-alone', ['render'], project, result);
      expect(result.exitCode).toBe(0);
      const after = readCertificates(project);
      expect({ ...after, 'svc8.crt': '' }).toEqual({ ...before, 'svc8.crt': '' });
      expect(after['svc8.crt']).toContain('BEGIN CERTIFICATE');
    });
  });

  it('a certificate without its key: named, nothing is made up', async () => {
    await inProject(threeModes, (project) => {
      rmSync(join(project, 'certs/svc8.key'));
      const before = readCertificates(project);
      const result = runProgram(['render'], { cwd: project });
      expectGolden('render-certificate-alone', ['render'], project, result);
      expect(result.exitCode).toBe(0);
      expect(readCertificates(project)).toEqual(before);
    });
  });

  it('a certificate that does not fit its key: refused, both are kept', async () => {
    await inProject(threeModes, (project) => {
      cpSync(join(project, 'certs/svc9.key'), join(project, 'certs/svc8.key'));
      const before = readCertificates(project);
      const result = runProgram(['render'], { cwd: project });
      expectGolden('render-mismatch', ['render'], project, result);
      expect(result.exitCode).toBe(2);
      expect(readCertificates(project)).toEqual(before);
    });
  });

  it.each(['render', 'list', 'apply', 'doctor', 'add-service'])(
    'garbage in a key: %s says which file, and shows nothing of it',
    async (command) => {
      await inProject(threeModes, (project) => {
        const garbage = pemBlock('PRIVATE KEY', 'c2VjcmV0LWluLWEtYnJva2VuLWtleQ==\nhunter2hunter2');
        writeFileSync(join(project, 'certs/svc8.key'), garbage);
        const args = command === 'add-service' ? [command, 'shop', '--mode', 'terminate'] : [command];
        const result = runProgram(args, { cwd: project, env: { PATH: '' } });
        if (command === 'render') expectGolden('render-garbage-key', args, project, result);
        expect(result.exitCode).toBe(command === 'doctor' ? 1 : 2);
        expect(result.stdout + result.stderr).toContain('certs/svc8.key');
        for (const text of ['c2VjcmV0', 'hunter2', 'secret-in'])
          expect(result.stdout + result.stderr).not.toContain(text);
        expect(readFileSync(join(project, 'certs/svc8.key'), 'utf8')).toBe(garbage);
      });
    },
  );

  it('garbage in a certificate: refused by name', async () => {
    await inProject(threeModes, (project) => {
      writeFileSync(join(project, 'certs/svc8.crt'), 'no certificate\n');
      const { exitCode, stderr } = runProgram(['render'], { cwd: project });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('certs/svc8.crt');
    });
  });

  // Windows' editors write both; Go's PEM reader finds no block behind a byte order mark.
  it('saved with a byte order mark and CRLF: the Secret holds neither', async () => {
    await inProject(threeModes, (project) => {
      const read = (): string => readFileSync(join(project, 'secrets/ingress-controller-demo-tls-secret.yaml'), 'utf8');
      const before = read();
      for (const name of ['wildcard.crt', 'wildcard.key']) {
        const path = join(project, 'certs', name);
        writeFileSync(path, `\ufeff${readFileSync(path, 'utf8').replaceAll('\n', '\r\n')}`);
      }
      expect(runProgram(['render'], { cwd: project })).toMatchObject({
        exitCode: 0,
        stderr: expect.not.stringContaining('certs/') as string,
      });
      expect(read()).toBe(before);
    });
  });

  it('a chain whose second certificate has a byte order mark: the whole chain is in the Secret, one behind the other', async () => {
    await inProject(threeModes, (project) => {
      const certificates = readCertificates(project);
      const chain = `${certificates['wildcard.crt']!}\ufeff${certificates['ca.crt']!}`;
      writeFileSync(join(project, 'certs/wildcard.crt'), chain);
      expect(runProgram(['render'], { cwd: project }).exitCode).toBe(0);
      const secret = readFileSync(join(project, 'secrets/ingress-controller-demo-tls-secret.yaml'), 'utf8');
      expect(secret).toContain(Buffer.from(chain.replace('\ufeff', '')).toString('base64'));
    });
  });

  /** A pair of the person's own for the wildcard, as openssl makes it. */
  function bringPair(project: string, name: string, dnsName: string, ...key: readonly string[]): void {
    const folder = join(project, 'certs');
    execFileSync('openssl', ['genpkey', ...key, '-out', `${name}.key`], { cwd: folder, stdio: 'ignore' });
    const names = [
      '-subj',
      '/O=own',
      '-addext',
      `subjectAltName=DNS:${dnsName}`,
      '-addext',
      'basicConstraints=critical,CA:FALSE',
    ];
    execFileSync('openssl', ['req', '-x509', '-key', `${name}.key`, '-out', `${name}.crt`, '-days', '99', ...names], {
      cwd: folder,
      stdio: 'ignore',
    });
  }

  it.each([
    [
      'RSA-1024',
      ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024'],
      0,
      "warning: certs/wildcard.crt is refused by Apple's systems, Python, rustls and OpenSSL since 3.2: its key is RSA of 1024 bits",
    ],
    [
      'Ed25519',
      ['-algorithm', 'ED25519'],
      0,
      'warning: certs/wildcard.crt is refused by Chrome and all that is built on it: its key is Ed25519',
    ],
    [
      'RSA-PSS',
      ['-algorithm', 'RSA-PSS'],
      2,
      'certs/wildcard.crt is refused by Chrome and all that is written in Go, controllers among them: its key is RSA for PSS alone',
    ],
    [
      'secp256k1',
      ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1'],
      2,
      'certs/wildcard.crt is refused by all clients of today: its key is on the curve secp256k1',
    ],
  ])('a wildcard with a key of the kind %s: it is said who refuses it', async (_, key, exitCode, words) => {
    await inProject(threeModes, (project) => {
      bringPair(project, 'wildcard', '*.example.test', ...key);
      const result = runProgram(['render'], { cwd: project });
      expect(result.stderr).toContain(words);
      expect(result.exitCode).toBe(exitCode);
      expect(runProgram(['graph'], { cwd: project }).stdout.replaceAll(/\s+/g, ' ')).toContain(
        words.replace(/^.*certs\/wildcard\.crt is /, '!! '),
      );
    });
  });

  it('a pod with a key that Go cannot read: a warning, for the pod may not be written in Go', async () => {
    await inProject(threeModes, (project) => {
      bringPair(project, 'svc9', 'svc9.example.test', '-algorithm', 'RSA-PSS');
      const { exitCode, stderr } = runProgram(['render'], { cwd: project });
      expect(stderr).toContain('warning: certs/svc9.crt is refused by Chrome and all that is written in Go');
      expect(exitCode).toBe(0);
    });
  });

  it('a certificate that is not valid yet: list counts no days that are left', async () => {
    await inProject(threeModes, (project) => {
      const folder = join(project, 'certs');
      writeFileSync(
        join(folder, 'config'),
        '[ca]\ndefault_ca=d\n[d]\ndatabase=index\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n[p]\norganizationName=supplied\n[e]\nsubjectAltName=DNS:*.example.test\n',
      );
      writeFileSync(join(folder, 'index'), '');
      writeFileSync(join(folder, 'serial'), '01');
      execFileSync('openssl', ['req', '-new', '-key', 'wildcard.key', '-subj', '/O=own', '-out', 'request'], {
        cwd: folder,
        stdio: 'ignore',
      });
      execFileSync(
        'openssl',
        [
          'ca',
          '-batch',
          '-selfsign',
          '-config',
          'config',
          '-keyfile',
          'wildcard.key',
          '-in',
          'request',
          '-out',
          'wildcard.crt',
          '-notext',
          '-startdate',
          '20980101000000Z',
          '-enddate',
          '20990101000000Z',
        ],
        { cwd: folder, stdio: 'ignore' },
      );
      expect(runProgram(['list'], { cwd: project }).stdout).toMatch(
        /^certs\/wildcard\.crt +2099-01-01 +valid from 2098-01-01, your own$/m,
      );
      const { certificates } = JSON.parse(runProgram(['list', '--json'], { cwd: project }).stdout) as {
        certificates: readonly unknown[];
      };
      expect(certificates[0]).toMatchObject({
        validFrom: '2098-01-01T00:00:00.000Z',
        expires: '2099-01-01T00:00:00.000Z',
        daysLeft: null,
      });
      expect(runProgram(['graph'], { cwd: project }).stdout).toMatch(/^certs\/wildcard\.crt +2099-01-01 +not yet /m);
    });
  });

  it('nothing: no command touches a key or a certificate', async () => {
    await inProject(threeModes, (project) => {
      const before = readCertificates(project);
      writeFileSync(join(project, 'ingress-tls.yaml'), threeModes.replace('ecdsa-p256', 'rsa-2048'));
      runProgram(['render', '--force'], { cwd: project });
      runProgram(['remove-service', 'svc9'], { cwd: project });
      runProgram(['add-service', 'svc9', '--mode', 'passthrough'], { cwd: project });
      runProgram(['init'], { cwd: project });
      expect(readCertificates(project)).toEqual(before);
    });
  });
});
