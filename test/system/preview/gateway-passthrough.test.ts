import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';

import { until } from '../../support/until.ts';
import {
  backendOf,
  closeAll,
  closeLater,
  connectPlainly,
  curl,
  file,
  helloFor,
  host,
  input,
  leafFor,
  listen,
  pem,
  readToEnd,
  start,
  startTlsPod,
} from './gateway-fixtures.ts';

afterEach(closeAll);

const passed = host('svc9.example.test', { connection: 'passed-through' });
const fingerprint = (certificate: string): string => new X509Certificate(certificate).fingerprint256;

async function startPassing(more: Parameters<typeof input>[2] = {}) {
  const pod = await startTlsPod(pem.passthrough, { requestCert: true, ca: pem.foreignAuthority });
  return start(input([passed, host('svc7.example.test')], { svc9: pod }, more));
}

/** A pod that gets the bytes themselves. */
async function startRawPod(onConnection: (socket: Socket) => void): Promise<number> {
  return listen(createServer({ allowHalfOpen: true }, onConnection));
}

/** The leaf that a client sees that sends its first flight in two segments. */
async function leafAfterCut(
  port: number,
  servername: string,
  cut: number,
  version: SecureVersion = 'TLSv1.3',
): Promise<string> {
  const tcp = await connectPlainly(port);
  tcp.setNoDelay(true);
  let isFirst = true;
  const wire = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      if (!isFirst) {
        tcp.write(chunk, done);
        return;
      }
      isFirst = false;
      tcp.write(chunk.subarray(0, cut));
      setTimeout(() => tcp.write(chunk.subarray(cut), done), 50);
    },
  });
  tcp.on('data', (chunk) => wire.push(chunk)).on('end', () => wire.push(null));
  const client = connectTls({ socket: wire, servername, rejectUnauthorized: false, maxVersion: version });
  client.on('error', () => undefined);
  await once(client, 'secureConnect');
  const leaf = client.getPeerCertificate().fingerprint256;
  client.destroy();
  return leaf;
}

describe('a host that is passed through', () => {
  it("shows the pod's certificate and lets its clients in by theirs; the log has a connection and no request", async () => {
    const { port, entries } = await startPassing();
    const authority = ['--cacert', file('authority.crt', pem.authority)];
    const withCertificate = await curl(
      port,
      'svc9.example.test',
      '/secret',
      ...authority,
      '--cert',
      file('client.crt', pem.client),
      '--key',
      file('client.key', pem.key),
    );
    expect(withCertificate.code, withCertificate.output).toBe(0);
    expect(withCertificate.output).toContain('"url":"/secret"');
    expect(withCertificate.output).not.toContain('x-forwarded');
    expect((await curl(port, 'svc9.example.test', '/', ...authority)).output).toContain('alert');
    await until(() => entries.length === 2);
    expect(entries).toMatchObject([
      { kind: 'connection', host: 'svc9.example.test', backend: { namespace: 'default', name: 'svc9' } },
      { kind: 'connection' },
    ]);
    expect(JSON.stringify(entries)).not.toContain('secret');
  });

  it('carries every byte both ways, and each side may end its half first', async () => {
    const size = 3_000_000;
    const received: Buffer[] = [];
    const pod = await startRawPod((socket) => {
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      // Only after the client has ended its half does the pod say anything.
      socket.on('end', () => socket.end(Buffer.alloc(size, 'p')));
    });
    const { port, entries } = await start(input([passed], { svc9: pod }));
    const hello = await helloFor('svc9.example.test');
    const client = await connectPlainly(port);
    client.write(hello);
    client.end(Buffer.alloc(size, 'c'));
    expect(await readToEnd(client)).toHaveLength(size);
    expect(Buffer.concat(received).equals(Buffer.concat([hello, Buffer.alloc(size, 'c')]))).toBe(true);
    await until(() => entries.length === 1);
    expect(entries[0]).toMatchObject({ bytesFromClient: hello.length + size, bytesToClient: size });
    expect(entries[0]).not.toHaveProperty('problem');
  });

  it('goes on towards a pod that has ended its half', async () => {
    let received = 0;
    const pod = await startRawPod((socket) => {
      socket.on('data', (chunk: Buffer) => (received += chunk.length)).end('that is all');
    });
    const { port, entries } = await start(input([passed], { svc9: pod }));
    const hello = await helloFor('svc9.example.test');
    const client = await connectPlainly(port);
    client.write(hello);
    client.resume();
    await once(client, 'end');
    client.end(Buffer.alloc(1_000_000));
    await until(() => entries.length === 1);
    expect(received).toBe(hello.length + 1_000_000);
    expect(entries[0]).not.toHaveProperty('problem');
  });

  it('is read no faster than the pod reads', async () => {
    let taken: Socket | undefined;
    const pod = await startRawPod((socket) => {
      taken = socket.pause();
    });
    const { port } = await start(input([passed], { svc9: pod }));
    const client = await connectPlainly(port);
    client.write(await helloFor('svc9.example.test'));
    let written = 0;
    const total = 64 * 1024 * 1024;
    const block = Buffer.alloc(1024 * 1024);
    const write = (): void => {
      while (written < total && client.write(block)) written += block.length;
    };
    client.on('drain', () => {
      written += block.length;
      write();
    });
    write();
    // What systems hold for three sockets; without back-pressure the gateway takes all of it.
    await until(() => taken !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(written).toBeLessThan(total / 2);
    client.destroy();
  });

  it('ends at once when there is no pod, when nothing listens, and when the controller lets the host die', async () => {
    const unused = await startRawPod(() => undefined);
    await closeAll();
    const dead = host('dead.example.test', { connection: 'dead' });
    const { port, entries } = await start(
      input([passed, host('down.example.test', { connection: 'passed-through' }), dead], { down: unused }),
    );
    for (const name of ['svc9.example.test', 'down.example.test', 'dead.example.test']) {
      const client = await connectPlainly(port);
      client.write(await helloFor(name));
      expect(await readToEnd(client)).toBe('');
    }
    await until(() => entries.length === 3);
    expect(entries).toMatchObject([
      { kind: 'connection', problem: 'no pod listens behind port 443 of default/svc9' },
      { kind: 'connection', problem: 'the pod: ECONNREFUSED' },
      { kind: 'connection', problem: 'the controller ends every connection to this host' },
    ]);
  });

  it('ends for both when one side breaks or says nothing for too long', async () => {
    let taken: Socket | undefined;
    const pod = await startRawPod((socket) => {
      taken = socket.resume();
      socket.allowHalfOpen = false;
    });
    const { port, entries } = await start(input([passed], { svc9: pod }), { stalledMs: 300 });
    const hello = await helloFor('svc9.example.test');
    const open = async (): Promise<Socket> => {
      taken = undefined;
      const client = await connectPlainly(port);
      client.write(hello);
      await until(() => taken !== undefined);
      return client;
    };
    const first = await open();
    const podClosed = once(taken!, 'close');
    taken!.on('error', () => undefined);
    first.resetAndDestroy();
    await podClosed;
    const second = await open();
    taken!.resetAndDestroy();
    await readToEnd(second);
    await readToEnd(await open());
    await until(() => entries.length === 3);
    expect(entries).toMatchObject([
      { problem: 'the client: ECONNRESET' },
      { problem: 'the pod: ECONNRESET' },
      { problem: 'no byte for 0.3 s' },
    ]);
  });
});

describe('the name in a ClientHello', () => {
  it.each(['first-read', 'whole'] as const)(
    'read "%s" is found in a hello that comes in one piece',
    async (helloReading) => {
      const { port } = await startPassing({ behaviour: { helloReading } });
      expect(await leafFor(port, { servername: 'svc9.example.test' })).toBe(fingerprint(pem.passthrough));
    },
  );

  it('is missed by ingress-nginx in a hello that is cut before it, and found behind a later cut', async () => {
    const { port } = await startPassing();
    expect(await leafAfterCut(port, 'svc9.example.test', 60)).toBe(fingerprint(pem.fallback));
    const hello = await helloFor('svc9.example.test');
    const afterName = hello.indexOf('svc9.example.test') + 'svc9.example.test'.length;
    for (const cut of [afterName, afterName + 1, afterName + 2, afterName + 3, hello.length - 1]) {
      expect(await leafAfterCut(port, 'svc9.example.test', cut)).toBe(fingerprint(pem.passthrough));
    }
    expect(await leafAfterCut(port, 'svc9.example.test', afterName - 1)).toBe(fingerprint(pem.fallback));
  });

  it('is found by others wherever the hello is cut', async () => {
    const { port } = await startPassing({ behaviour: { helloReading: 'whole' } });
    for (const cut of [1, 4, 5, 6, 60, 200]) {
      expect(await leafAfterCut(port, 'svc9.example.test', cut)).toBe(fingerprint(pem.passthrough));
    }
  });

  it('in a cut hello does not matter to a host whose TLS ends here', async () => {
    const { port } = await startPassing();
    expect(await leafAfterCut(port, 'svc7.example.test', 60)).toBe(fingerprint(pem.edge));
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'in a cut hello of %s leads to the certificate of its host also where the fallback has another kind of key',
    async (version) => {
      const { port, entries } = await start(input([passed, host('svc7.example.test')], {}), {}, pem.rsaFallback);
      for (const cut of [1, 4, 60]) {
        expect(await leafAfterCut(port, 'svc7.example.test', cut, version)).toBe(fingerprint(pem.edge));
        expect(await leafAfterCut(port, 'svc9.example.test', cut, version)).toBe(
          fingerprint(pem.rsaFallback.certificate),
        );
      }
      expect(entries).toEqual([]);
    },
  );

  it('in a cut hello is waited for within the limit of hellos', async () => {
    const { port, entries } = await start(input([passed], {}), { helloMs: 300 });
    const hello = await helloFor('svc7.example.test');
    const slow = await connectPlainly(port);
    slow.write(hello.subarray(0, 60));
    expect(await readToEnd(slow)).toBe('');
    const leaving = await connectPlainly(port);
    leaving.end(hello.subarray(0, 60));
    expect(await readToEnd(leaving)).toBe('');
    await until(() => entries.length === 2);
    expect(entries).toMatchObject([
      { kind: 'refused', reason: 'no complete ClientHello within 300 ms' },
      { kind: 'refused', reason: 'the client left in the middle of its ClientHello' },
    ]);
  });

  it("counts letter by letter for ingress-nginx, wildcards included, and by DNS's rules for others", async () => {
    const pod = await startTlsPod(pem.passthrough);
    const wild = host('*.wild.example.test', { connection: 'passed-through', backend: backendOf('svc9.example.test') });
    const nginx = await start(input([passed, wild], { svc9: pod }));
    const other = await start(input([passed, wild], { svc9: pod }, { behaviour: { helloReading: 'whole' } }));
    for (const servername of ['SVC9.example.test', 'a.wild.example.test']) {
      expect(await leafFor(nginx.port, { servername })).not.toBe(fingerprint(pem.passthrough));
      expect(await leafFor(other.port, { servername })).toBe(fingerprint(pem.passthrough));
    }
  });

  it('is unknown in a hello of two records, which TLS itself takes', async () => {
    const { port } = await startPassing({ behaviour: { helloReading: 'whole' } });
    const hello = await helloFor('svc9.example.test');
    const record = (fragment: Buffer): Buffer => {
      const header = Buffer.from([0x16, 3, 1, 0, 0]);
      header.writeUInt16BE(fragment.length, 3);
      return Buffer.concat([header, fragment]);
    };
    const client = await connectPlainly(port);
    client.write(Buffer.concat([record(hello.subarray(5, 105)), record(hello.subarray(105))]));
    const [answer] = (await once(client, 'data')) as [Buffer];
    // A ServerHello of the gateway: the pod got no connection, for the log has none.
    expect(answer[0]).toBe(0x16);
    client.destroy();
  });

  it("of another host does not open the way to the pod's application", async () => {
    const { port } = await startPassing();
    const { output } = await curl(
      port,
      'svc7.example.test',
      '/',
      '-k',
      '-H',
      'Host: svc9.example.test',
      '-w',
      '\n%{http_code}',
    );
    // Plain HTTP to a port that speaks TLS; Node's server ends it without the page that others have.
    expect(output).toBe('bad gateway\n502');
  });
});

it('closes a client that is passed through, after it had time', async () => {
  const pod = await startRawPod(() => undefined);
  const { port, gateway, entries } = await start(input([passed], { svc9: pod }));
  const client = await connectPlainly(port);
  closeLater(() => {
    client.destroy();
  });
  client.write(await helloFor('svc9.example.test'));
  const ended = readToEnd(client);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await gateway.close();
  await ended;
  expect(entries).toHaveLength(1);
});
