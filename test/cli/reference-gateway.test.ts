import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { CertificateMaker } from '../support/reference-certificates.ts';
import { startReferenceGateway } from '../support/reference-gateway.ts';
import type { Quirks } from '../support/reference-quirks.ts';

interface Outcome {
  readonly code: number | string | null | undefined;
  readonly output: string;
}

type Ask = (args: readonly string[]) => Promise<Outcome>;

/** curl and openssl against a reference gateway, in the folder of its project. */
function atGateway(
  make: (maker: CertificateMaker) => Quirks,
  body: (clients: { readonly curl: Ask; readonly openssl: Ask }) => Promise<void>,
): Promise<void> {
  return inProject(threeModes, async (project, outside) => {
    const workshop = join(outside, 'workshop');
    mkdirSync(workshop);
    const maker = new CertificateMaker(workshop);
    const gateway = await startReferenceGateway(project, maker, make(maker));
    const start = (program: string, args: readonly string[]): Promise<Outcome> =>
      new Promise((resolve) => {
        const child = execFile(program, args, { cwd: project, encoding: 'utf8' }, (error, stdout, stderr) => {
          resolve({ code: error?.code ?? 0, output: stdout + stderr });
        });
        child.stdin?.end();
      });
    const port = String(gateway.port);
    try {
      await body({
        curl: (args) => start('curl', ['-sS', '--max-time', '20', '--connect-to', `::127.0.0.1:${port}`, ...args]),
        openssl: (args) => start('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args]),
      });
    } finally {
      await gateway.close();
    }
  });
}

const edge = ['--cacert', 'certs/wildcard.crt'];
const pod = ['--cacert', 'certs/ca.crt'];
const client = ['--cert', 'certs/svc9-client.crt', '--key', 'certs/svc9-client.key'];
const hello = (service: string): string => `Hello, I am ${service} for ingress-controller demo!\n`;

describe('the reference gateway, as curl and openssl see it', () => {
  it('serves the three modes', async () => {
    await atGateway(
      () => ({}),
      async ({ curl, openssl }) => {
        expect(await curl([...edge, 'https://svc7.example.test/'])).toEqual({ code: 0, output: hello('svc7') });
        expect(await curl([...edge, 'https://svc8.example.test/'])).toEqual({ code: 0, output: hello('svc8') });
        expect(await curl([...pod, ...client, 'https://svc9.example.test/'])).toEqual({
          code: 0,
          output: hello('svc9'),
        });
        expect(await curl([...pod, ...client, '--tls-max', '1.2', 'https://svc9.example.test/'])).toEqual({
          code: 0,
          output: hello('svc9'),
        });
        // curl 56: the alert comes after the handshake; 35: within it.
        expect(await curl([...pod, 'https://svc9.example.test/'])).toEqual({
          code: 56,
          output: expect.stringContaining('certificate required') as string,
        });
        expect(await curl([...pod, '--tls-max', '1.2', 'https://svc9.example.test/'])).toEqual({
          code: 35,
          output: expect.stringContaining('handshake failure') as string,
        });
        expect(
          (await openssl(['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0', '-servername', 'svc7.example.test'])).output,
        ).toContain('alert number 70');
      },
    );
  });

  it('answers what is no service of its own as nginx does', async () => {
    await atGateway(
      () => ({}),
      async ({ curl, openssl }) => {
        const plain = await curl(['-i', 'http://svc7.example.test/']);
        expect(plain.output).toMatch(/^HTTP\/1\.1 400 [^]*The plain HTTP request was sent to HTTPS port/);
        for (const named of [['-servername', 'nothing.example.test'], ['-noservername']]) {
          expect((await openssl(named)).output).toContain(
            'subject=O = Acme Co, CN = Kubernetes Ingress Controller Fake Certificate',
          );
        }
        expect((await curl(['-ki', 'https://nothing.example.test/'])).output).toMatch(/^HTTP\/1\.1 404 /);
        expect((await curl([...edge, '-H', 'Host: svc9.example.test', 'https://svc7.example.test/'])).output).toBe(
          'Client sent an HTTP request to an HTTPS server.\n',
        );
      },
    );
  });

  it('refuses a hop to a pod of another authority', async () => {
    await atGateway(
      (maker) => ({ hopAuthority: maker.makeAuthority('/CN=example.test ingress-tls CA').certificate }),
      async ({ curl }) => {
        expect((await curl([...edge, '-i', 'https://svc8.example.test/'])).output).toMatch(/^HTTP\/1\.1 502 /);
      },
    );
  });
});
