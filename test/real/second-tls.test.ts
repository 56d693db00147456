import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { withPreview } from '../cli/preview-run.ts';
import { describeWithTool } from '../support/describe-with.ts';
import { inProject, threeModes } from '../support/prepared-project.ts';
import { pathWith } from '../support/tools.ts';
import type { Answer, Question } from './second-tls-client.ts';

// Everything else here speaks OpenSSL's TLS at both ends: what only OpenSSL understands of itself would pass unseen.

const clientPath = fileURLToPath(new URL('second-tls-client.ts', import.meta.url));
/** No configuration, no registry, no network but this machine's. */
const confinement = [
  '--quiet',
  '--no-config',
  '--no-lock',
  '--no-remote',
  '--no-npm',
  '--node-modules-dir=none',
  '--allow-net=127.0.0.1',
  '--allow-read',
];

type Ask = (...questions: readonly Omit<Question, 'port'>[]) => readonly Answer[];

/** Runs `body` beside a preview of the three modes; `file` is the path of a file in certs/. */
function besidePreview(deno: string, body: (ask: Ask, file: (name: string) => string) => void): Promise<void> {
  return inProject(threeModes, (project, outside) =>
    withPreview(project, { path: pathWith('helm') }, ({ port }) => {
      const ask: Ask = (...questions) => {
        const input = JSON.stringify(questions.map((question) => ({ ...question, port })));
        const env = { DENO_DIR: join(outside, 'deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
        const text = execFileSync(deno, ['run', ...confinement, clientPath], {
          cwd: project,
          input,
          encoding: 'utf8',
          env,
        });
        return JSON.parse(text) as readonly Answer[];
      };
      body(ask, (name) => join(project, 'certs', name));
      return Promise.resolve();
    }),
  );
}

const greeting = (name: string): string => `Hello, I am ${name} for ingress-controller demo!\n`;
const versions = ['TLSv1.2', 'TLSv1.3'] as const;

describeWithTool('deno', 'preview, by a client whose TLS is not OpenSSL', (deno) => {
  it('answers in each mode and version, with the certificate of whoever ends TLS', async () => {
    await besidePreview(deno, (ask, file) => {
      const client = { certificate: file('svc9-client.crt'), key: file('svc9-client.key') };
      for (const version of versions) {
        expect(
          ask(
            { host: 'svc7.example.test', trust: file('wildcard.crt'), version },
            { host: 'svc8.example.test', trust: file('wildcard.crt'), version },
            { host: 'svc9.example.test', trust: file('ca.crt'), version, client },
          ),
        ).toEqual([
          { version, commonName: '*.example.test', body: greeting('svc7') },
          { version, commonName: '*.example.test', body: greeting('svc8') },
          { version, commonName: 'svc9.example.test', body: greeting('svc9') },
        ]);
      }
    });
  });

  it('passes through wherever the name stands in the hello: rustls shuffles its extensions', async () => {
    await besidePreview(deno, (ask, file) => {
      const question = {
        host: 'svc9.example.test',
        trust: file('ca.crt'),
        client: { certificate: file('svc9-client.crt'), key: file('svc9-client.key') },
      };
      const bodies = ask(...Array.from({ length: 20 }, () => question)).map(({ body }) => body);
      expect(bodies).toEqual(Array.from({ length: 20 }, () => greeting('svc9')));
    });
  });

  it('the pod refuses a client without a certificate and one of another authority, in TLS', async () => {
    await besidePreview(deno, (ask, file) => {
      const question = { host: 'svc9.example.test', trust: file('ca.crt') };
      const foreign = { certificate: file('wildcard.crt'), key: file('wildcard.key') };
      // In TLS 1.2 during the handshake, in 1.3 after the client has done its part (RFC 8446, 4.4.2.4).
      const [none12, none13, foreign12, foreign13, right] = ask(
        ...versions.map((version) => ({ ...question, version })),
        ...versions.map((version) => ({ ...question, version, client: foreign })),
        { ...question, client: { certificate: file('svc9-client.crt'), key: file('svc9-client.key') } },
      );
      expect(none12).toEqual({ problem: 'received fatal alert: HandshakeFailure' });
      expect(none13).toEqual({
        version: 'TLSv1.3',
        commonName: 'svc9.example.test',
        problem: 'received fatal alert: CertificateRequired',
      });
      // Node's servers let such a client finish the handshake, then close without an alert (node@20 lib/_tls_wrap.js, onServerSocketSecure).
      for (const { body, problem = 'closed' } of [foreign12!, foreign13!]) {
        expect([body, problem]).toEqual([undefined, expect.stringMatching(/^closed$|^received fatal alert: /)]);
      }
      expect(right?.body).toBe(greeting('svc9'));
    });
  });

  it('is refused where it shows what the client does not trust', async () => {
    await besidePreview(deno, (ask, file) => {
      const answers = ask(
        { host: 'svc7.example.test', trust: file('ca.crt') },
        { host: 'svc9.example.test', trust: file('wildcard.crt') },
      );
      expect(answers).toEqual([
        { problem: 'self-signed certificate' },
        { problem: 'unable to verify the first certificate' },
      ]);
    });
  });

  it('shows the fallback certificate to a name that nobody has, and no service', async () => {
    await besidePreview(deno, (ask, file) => {
      const question = { host: 'nobody.example.test', trust: file('wildcard.crt') };
      const [refused, looked] = ask(question, { ...question, trustsAnybody: true });
      expect(refused?.problem).toBe('self-signed certificate');
      expect(looked?.commonName).toBe('Kubernetes Ingress Controller Fake Certificate');
      expect(looked?.body).toContain('404 Not Found');
    });
  });
});
