import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type ConnectionOptions, type TlsOptions, type TLSSocket } from 'node:tls';
import { afterAll, describe, expect, it } from 'vitest';

import {
  requestClient,
  requestClientAuthority,
  requestPassthroughServer,
  requestProjectAuthority,
  requestWildcard,
} from '../../../src/certs/requests.ts';
import { authorityKey, issue, keys, makeKey } from '../../support/certs/fixtures.ts';
import { describeWithTool } from '../../support/describe-with.ts';
import { OpenSsl } from '../../support/openssl.ts';

const openssl = new OpenSsl();
afterAll(() => {
  openssl.remove();
});

const keyTypes = ['rsa-2048', 'ecdsa-p256'] as const;
const projectAuthority = {
  key: authorityKey,
  certificate: issue(requestProjectAuthority('example.test', 'ecdsa-p256'), { key: authorityKey }),
};
const clientAuthority = {
  key: authorityKey,
  certificate: issue(requestClientAuthority('svc9', 'ecdsa-p256'), { key: authorityKey }),
};

/**
 * What a client reads from a server that answers with its verdict on the client; throws the client's TLS error. The
 * verdict is told instead of acted upon, as a closed connection would not say why.
 */
async function greet(serverOptions: TlsOptions, clientOptions: ConnectionOptions): Promise<string> {
  const server = createServer({ ...serverOptions, rejectUnauthorized: false }, (socket: TLSSocket) => {
    socket.on('error', () => undefined);
    if (serverOptions.requestCert !== true) {
      socket.end('hello');
    } else if (socket.authorized) {
      socket.end(`hello ${String(socket.getPeerCertificate().subject.CN)}`);
    } else {
      socket.end(`refused: ${String(socket.authorizationError)}`);
    }
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: '127.0.0.1', port, ...clientOptions });
  try {
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
    }
    return text;
  } finally {
    socket.destroy();
    server.close();
  }
}

describe.each(keyTypes)('a TLS connection with keys of type %s', (keyType) => {
  const key = keys[keyType].privateKey;
  const wildcard = issue(requestWildcard('example.test', 365, keyType));
  const pod = issue(requestPassthroughServer(['svc9.example.test'], 365, keyType), { signer: projectAuthority });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('trusts the wildcard in %s', async (version) => {
    const options = { ca: wildcard, minVersion: version, maxVersion: version };
    expect(await greet({ key, cert: wildcard }, { ...options, servername: 'svc7.example.test' })).toBe('hello');
    await expect(greet({ key, cert: wildcard }, { ...options, servername: 'svc7.other.test' })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('trusts what the project authority signed, and does not without it', async () => {
    const servername = 'svc9.example.test';
    expect(await greet({ key, cert: pod }, { ca: projectAuthority.certificate, servername })).toBe('hello');
    await expect(greet({ key, cert: pod }, { ca: wildcard, servername })).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it("opens to the service's client only", async () => {
    const server: TlsOptions = { key, cert: pod, ca: clientAuthority.certificate, requestCert: true };
    const client = { ca: projectAuthority.certificate, servername: 'svc9.example.test' };
    const clientKey = makeKey(keyType);
    const own = issue(requestClient('svc9', 30, keyType), { key: clientKey, signer: clientAuthority });
    expect(await greet(server, { ...client, key: clientKey.privateKey, cert: own })).toBe('hello svc9-client');

    const otherKey = makeKey('ecdsa-p256');
    const otherAuthority = {
      key: otherKey,
      certificate: issue(requestClientAuthority('svc10', 'ecdsa-p256'), { key: otherKey }),
    };
    const foreign = issue(requestClient('svc9', 30, keyType), { key: clientKey, signer: otherAuthority });
    expect(await greet(server, { ...client, key: clientKey.privateKey, cert: foreign })).toBe(
      'refused: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
    expect(await greet(server, client)).toMatch(/^refused: /);
    const podUnderClientAuthority = issue(requestPassthroughServer(['svc9.example.test'], 30, keyType), {
      signer: clientAuthority,
    });
    expect(await greet(server, { ...client, key, cert: podUnderClientAuthority })).toBe('refused: INVALID_PURPOSE');
  });
});

// Python turns VERIFY_X509_STRICT on by itself from 3.13 on; the flag is set here, so an older one judges the same.
const pythonClient = `
import ssl, sys
authority, certificate, key, name = sys.argv[1:]
client = ssl.create_default_context(cafile=authority)
client.verify_flags |= ssl.VERIFY_X509_STRICT
server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
server.load_cert_chain(certificate, key)
a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
ends = [client.wrap_bio(a, b, server_hostname=name), server.wrap_bio(b, a, server_side=True)]
for _ in range(4):
    for end in ends:
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            pass
print(ends[0].version())
`;

describeWithTool('python3', 'Python with VERIFY_X509_STRICT', (python) => {
  function judge(authority: string, certificate: string, key: string, name: string): string {
    const files = [openssl.file('a.crt', authority), openssl.file('c.crt', certificate), openssl.file('c.key', key)];
    const { stdout, stderr } = spawnSync(python, ['-c', pythonClient, ...files, name], { encoding: 'utf8' });
    return stdout + stderr;
  }

  it.each(keyTypes)('accepts wildcard and authority with keys of type %s', (keyType) => {
    const key = keys[keyType].privateKey;
    const wildcard = issue(requestWildcard('example.test', 365, keyType));
    expect(judge(wildcard, wildcard, key, 'svc7.example.test')).toBe('TLSv1.3\n');
    const pod = issue(requestPassthroughServer(['svc9.example.test'], 365, keyType), { signer: projectAuthority });
    expect(judge(projectAuthority.certificate, pod, key, 'svc9.example.test')).toBe('TLSv1.3\n');
    expect(judge(projectAuthority.certificate, pod, key, 'svc8.example.test')).toContain('Hostname mismatch');
  });

  it('refuses a certificate that names no authority key, so it is strict', () => {
    const config = openssl.file(
      'loose.cnf',
      '[ext]\nsubjectAltName=DNS:svc9.example.test\nauthorityKeyIdentifier=none\n',
    );
    const key = keys['ecdsa-p256'].privateKey;
    openssl.output('req', '-new', '-key', openssl.file('loose.key', key), '-subj', '/O=x', '-out', 'loose.csr');
    const ca = [
      '-CA',
      openssl.file('ca.crt', projectAuthority.certificate),
      '-CAkey',
      openssl.file('ca.key', authorityKey.privateKey),
    ];
    const loose = openssl.output(
      'x509',
      '-req',
      '-in',
      'loose.csr',
      ...ca,
      '-set_serial',
      '5',
      '-days',
      '2',
      '-extfile',
      config,
      '-extensions',
      'ext',
    );
    expect(
      judge(projectAuthority.certificate, loose.slice(loose.indexOf('-----BEGIN')), key, 'svc9.example.test'),
    ).toContain('CERTIFICATE_VERIFY_FAILED');
  });
});
