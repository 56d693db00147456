import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OpenSsl } from '../../../support/openssl.ts';
import { host, probePort, server } from '../../../support/effects/probes/fixtures.ts';
import { closeServersAfterEach, listenOpenSsl, listenRaw } from './servers.ts';

closeServersAfterEach();

const workshop = new OpenSsl();
afterAll(() => {
  workshop.remove();
});

const hello = { kind: 'hello', serverName: host, version: 'TLSv1.2', padding: 0, readsRequest: true } as const;
const files = { 's.crt': server.cert, 's.key': server.key };
const asServer = ['-cert', 's.crt', '-key', 's.key'];

function makeAuthority(name: string, subject: string): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
  workshop.output('req', '-x509', ...key, '-utf8', '-subj', subject, '-days', '30', '-out', `${name}.crt`);
  return readFileSync(join(workshop.folder, `${name}.crt`), 'utf8');
}

describe("OpenSSL's request for a client certificate", () => {
  it.each([
    '/CN=clients of svc9',
    '/C=CH/ST=Zug/L=Zug/O=Example AG/OU=Clients/CN=Ä ö 漢字/emailAddress=ca@example.test',
    '/DC=test/DC=example/CN=a, b=c',
  ])('names the authority: %s', async (subject) => {
    const authority = makeAuthority('clients', subject);
    const port = await listenOpenSsl({ ...files, 'c.crt': authority }, ...asServer, '-CAfile', 'c.crt', '-Verify', '2');
    const { clientAuthorities, leaf, failure } = await probePort(port, hello);
    expect(failure).toBeUndefined();
    expect(leaf?.dnsNames).toEqual([host]);
    // Node escapes commas in values, and begins each attribute on a line of its own.
    const expected = new X509Certificate(authority).subject.split('\n').join(', ').replaceAll('\\', '');
    expect(clientAuthorities).toEqual([expected]);
  });

  it('names several, or none', async () => {
    const both = makeAuthority('one', '/CN=one') + makeAuthority('two', '/CN=two');
    const named = await listenOpenSsl({ ...files, 'c.crt': both }, ...asServer, '-CAfile', 'c.crt', '-verify', '2');
    expect((await probePort(named, hello)).clientAuthorities?.toSorted()).toEqual(['CN=one', 'CN=two']);
    const open = await listenOpenSsl(files, ...asServer, '-verify', '2');
    expect((await probePort(open, hello)).clientAuthorities).toEqual([]);
  });

  it('is missing where nobody asks, or only TLS 1.3 is spoken', async () => {
    const silent = await probePort(await listenOpenSsl(files, ...asServer), hello);
    expect(silent.clientAuthorities).toBeUndefined();
    expect(silent.leaf?.dnsNames).toEqual([host]);
    const modern = await probePort(await listenOpenSsl(files, ...asServer, '-tls1_3', '-Verify', '2'), hello);
    expect(modern.failure?.alert).toBe(70);
  });

  it('that is cut off breaks the protocol', async () => {
    const message = (type: number, body: Buffer): Buffer => {
      const length = Buffer.alloc(3);
      length.writeUIntBE(body.length, 0, 3);
      return Buffer.concat([Buffer.of(type), length, body]);
    };
    const der = new X509Certificate(server.cert).raw;
    const list = Buffer.concat([Buffer.of(0, 0, 0), Buffer.of(0, 0, 0), der]);
    list.writeUIntBE(der.length + 3, 0, 3);
    list.writeUIntBE(der.length, 3, 3);
    const serverHello = Buffer.concat([Buffer.of(3, 3), Buffer.alloc(36)]);
    const request = Buffer.of(1, 64, 0, 2, 4, 3, 0, 9, 0, 200);
    const flight = Buffer.concat([message(2, serverHello), message(11, list), message(13, request)]);
    const header = Buffer.of(22, 3, 3, 0, 0);
    header.writeUInt16BE(flight.length, 3);
    const port = await listenRaw((socket) => {
      socket.once('data', () => socket.write(Buffer.concat([header, flight])));
    });
    expect((await probePort(port, hello)).failure).toMatchObject({ code: 'protocol', stage: 'handshake' });
  });
});
