import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inspectCertificate } from '../../src/certs/inspect.ts';
import { isPair } from '../../src/certs/key-pair.ts';
import { describeWithTool } from '../support/describe-with.ts';

const identity = (text: string): string => text;
const mark = (text: string): string => `\ufeff${text}`;
const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');
const glued = (text: string): string => text.trimEnd() + text;
const trailed = (text: string): string => text.replace(/-----\n$/, '-----x\n');
const surrounded = (text: string): string => `subject=x\n\n${text}\nmore\n`;
const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
const cr = (text: string): string => text.replaceAll('\n', '\r');
const spaced = (text: string): string => text.replaceAll('\n', ' \t\n');
const broken = (text: string): string => text.replace(/\n./, '\n!');
const forms = { identity, mark, indented, glued, trailed, surrounded, crlf, cr, spaced, broken };

// tls.X509KeyPair decides in both controllers and in kubectl create secret tls (kubectl@1.35 pkg/cmd/create/create_secret_tls.go).
describeWithTool('kubectl', 'a certificate and its key', (kubectl) => {
  it.each(Object.entries(forms))('are taken here in the form "%s" as kubectl takes them', (_, form) => {
    const folder = mkdtempSync(join(tmpdir(), 'ingress-tls-pem-'));
    const path = (name: string): string => join(folder, name);
    try {
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-noenc',
          '-keyout',
          'key',
          '-out',
          'crt',
          '-subj',
          '/O=own',
          '-addext',
          'subjectAltName=DNS:a.test',
        ],
        { cwd: folder, stdio: 'ignore' },
      );
      const [certificate, key] = [readFileSync(path('crt'), 'utf8'), readFileSync(path('key'), 'utf8')];
      for (const [oddCertificate, oddKey] of [
        [form(certificate), key],
        [certificate, form(key)],
      ] as const) {
        writeFileSync(path('crt'), oddCertificate);
        writeFileSync(path('key'), oddKey);
        const { status } = spawnSync(
          kubectl,
          [
            'create',
            'secret',
            'tls',
            'x',
            '--cert',
            path('crt'),
            '--key',
            path('key'),
            '--dry-run=client',
            '-o',
            'name',
          ],
          { stdio: 'ignore', env: { KUBECONFIG: '/dev/null' } },
        );
        expect(takes(oddCertificate, oddKey)).toBe(status === 0);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function takes(certificate: string, key: string): boolean {
  try {
    inspectCertificate(certificate);
    return isPair(certificate, key);
  } catch {
    return false;
  }
}
