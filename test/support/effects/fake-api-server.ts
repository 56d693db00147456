import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import forge from 'node-forge';
import { onTestFinished } from 'vitest';
import { makeTemporaryFolder } from './stand-in.ts';

async function listen(server: Server, scheme: string): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers HTTP requests; returns its URL. */
export function serve(answer: RequestListener): Promise<string> {
  return listen(createServer(answer), 'http');
}

/** Answers every request with a Kubernetes Status. */
export function serveStatus(code: number, reason: string, message: string): Promise<string> {
  return serve((_, response) => {
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code }));
  });
}

/** Accepts connections and says nothing. */
export function serveSilence(): Promise<string> {
  const server = createSocketServer((socket) => {
    onTestFinished(() => {
      socket.destroy();
    });
  });
  return listen(server, 'http');
}

/** Shows a self-signed certificate; returns its URL and a kubeconfig's certificate-authority-data. */
export async function serveTls(
  notAfter: Date,
  answer: RequestListener = (_, response) => response.end('{}'),
): Promise<{ readonly url: string; readonly authority: string }> {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.serialNumber = '11';
  certificate.validity.notBefore = new Date('2020-01-01');
  certificate.validity.notAfter = notAfter;
  certificate.setSubject([{ name: 'commonName', value: 'localhost' }]);
  certificate.setIssuer([{ name: 'commonName', value: 'localhost' }]);
  certificate.setExtensions([{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }]);
  certificate.sign(keys.privateKey, forge.md.sha256.create());
  const pem = forge.pki.certificateToPem(certificate);
  const server = createTlsServer({ key: forge.pki.privateKeyToPem(keys.privateKey), cert: pem }, answer);
  return { url: await listen(server, 'https'), authority: Buffer.from(pem).toString('base64') };
}

/** Writes a kubeconfig for a server; returns its path. */
export function writeKubeconfig(
  server: string,
  options: { readonly authority?: string; readonly user?: Readonly<Record<string, unknown>> } = {},
): string {
  const path = join(makeTemporaryFolder(), 'kubeconfig');
  const cluster = {
    server,
    ...(options.authority !== undefined && { 'certificate-authority-data': options.authority }),
  };
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user: options.user ?? { token: 'kubeconfig-token-0123456789' } }],
    }),
  );
  return path;
}
