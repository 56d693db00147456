import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { runProgram } from '../support/program.ts';

function readCertificates(project: string): Readonly<Record<string, string>> {
  const folder = join(project, 'certs');
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

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

  it('a certificate without its key: refused, nothing is made up', async () => {
    await inProject(threeModes, (project) => {
      rmSync(join(project, 'certs/svc8.key'));
      const before = readCertificates(project);
      const result = runProgram(['render'], { cwd: project });
      expectGolden('render-certificate-alone', ['render'], project, result);
      expect(result.exitCode).toBe(2);
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

  it.each(['render', 'list', 'apply', 'doctor', 'add-service'])('garbage in a key: %s says which file, and shows nothing of it', async (command) => {
    await inProject(threeModes, (project) => {
      const garbage = '-----BEGIN PRIVATE KEY-----\nc2VjcmV0LWluLWEtYnJva2VuLWtleQ==\nhunter2hunter2\n-----END PRIVATE KEY-----\n';
      writeFileSync(join(project, 'certs/svc8.key'), garbage);
      const args = command === 'add-service' ? [command, 'shop', '--mode', 'terminate'] : [command];
      const result = runProgram(args, { cwd: project, env: { PATH: '' } });
      if (command === 'render') expectGolden('render-garbage-key', args, project, result);
      expect(result.exitCode).toBe(command === 'doctor' ? 1 : 2);
      expect(result.stdout + result.stderr).toContain('certs/svc8.key');
      for (const text of ['c2VjcmV0', 'hunter2', 'secret-in']) expect(result.stdout + result.stderr).not.toContain(text);
      expect(readFileSync(join(project, 'certs/svc8.key'), 'utf8')).toBe(garbage);
    });
  });

  it('garbage in a certificate: refused by name', async () => {
    await inProject(threeModes, (project) => {
      writeFileSync(join(project, 'certs/svc8.crt'), 'no certificate\n');
      const { exitCode, stderr } = runProgram(['render'], { cwd: project });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('certs/svc8.crt');
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
