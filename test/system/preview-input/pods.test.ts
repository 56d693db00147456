import { setImmediate } from 'node:timers/promises';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { PodDescription } from '../../../src/model/preview.ts';
import { startPods, type Pods } from '../../../src/preview/pods.ts';
import { needTool } from '../../support/tools.ts';

let folder: string | undefined;
const read = (name: string): string => readFileSync(join(folder ?? '', name), 'utf8');

/** A key and a self-signed certificate made by openssl: NAME.key, NAME.crt. */
function makePair(name: string, subject: string, ...options: readonly string[]): void {
  const args = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.crt`,
    '-subj',
    subject,
    ...options,
  ];
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
}

beforeEach(() => {
  needTool('openssl');
  if (folder !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), 'ingress-tls-pods-'));
  makePair('pod', '/CN=pod.test', '-addext', 'subjectAltName=DNS:pod.test');
  makePair('client', '/CN=same subject');
  makePair('foreign', '/CN=same subject');
});

afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

function readPod(name: string, changes: Partial<PodDescription> = {}): PodDescription {
  return {
    service: { namespace: 'default', name },
    ports: [443, 'https'],
    greeting: `Hello from ${name}\n`,
    ...changes,
  };
}

const withTls = (): Pick<Required<PodDescription>, 'tls'> => ({
  tls: { certificate: read('pod.crt'), key: read('pod.key') },
});

async function withPods<Result>(
  descriptions: readonly PodDescription[],
  use: (pods: Pods, port: (name: string) => number) => Promise<Result>,
): Promise<Result> {
  const problems: string[] = [];
  const pods = await startPods(descriptions, (text) => problems.push(text));
  try {
    expect(problems).toEqual([]);
    return await use(pods, (name) => pods.find({ service: { namespace: 'default', name }, port: 443 })!);
  } finally {
    await pods.close();
  }
}

it('has one pod where two services lead to the same port, and ends it', async () => {
  const twice = readPod('shared');
  const countServers = async (): Promise<number> => {
    // A closed one is listed until the loop has turned.
    await setImmediate();
    return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
  };
  const before = await countServers();
  await withPods([twice, twice], (_pods, port) => Promise.resolve(port('shared')));
  expect(await countServers()).toBe(before);
});

/** Exit code and output of curl for pod.test; without curl the test is skipped. */
function curl(
  port: number,
  ...options: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const program = needTool('curl');
  return new Promise((resolve) => {
    const child = spawn(
      program,
      [
        '--silent',
        '--show-error',
        '--max-time',
        '20',
        '--resolve',
        `pod.test:${port}:127.0.0.1`,
        '--cacert',
        'pod.crt',
        ...options,
        `https://pod.test:${port}/any/path`,
      ],
      { cwd: folder },
    );
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    child.on('close', (code) => {
      resolve({ code, output });
    });
  });
}

/** Everything that the other side says to these bytes. */
function say(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket
      .setEncoding('utf8')
      .on('data', (part: string) => (answer += part))
      .on('error', reject)
      .on('close', () => {
        resolve(answer);
      });
  });
}

describe('a demo backend', () => {
  it('greets over HTTP/1.1 and HTTP/2, with TLS and without', async () => {
    await withPods([readPod('plain'), readPod('tls', withTls())], async (_pods, port) => {
      for (const [option, version] of [
        ['--http1.1', '1.1'],
        ['--http2', '2'],
      ] as const) {
        expect(await curl(port('tls'), option, '--write-out', '%{http_code} %{http_version} %{content_type}')).toEqual({
          code: 0,
          output: `Hello from tls\n200 ${version} text/plain; charset=utf-8`,
        });
      }
      expect(await say(port('plain'), 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
        /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nHello from plain\n$/,
      );
      expect(await say(port('plain'), 'HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
        /content-length: 17\r\n[\s\S]*\r\n\r\n$/i,
      );
    });
  });

  it('takes a body of any size before it answers', async () => {
    await withPods([readPod('plain')], async (_pods, port) => {
      const status = await new Promise((resolve, reject) => {
        const request = httpRequest({ host: '127.0.0.1', port: port('plain'), method: 'POST' }, (response) => {
          response.resume().on('end', () => {
            resolve(response.statusCode);
          });
        });
        request.on('error', reject);
        for (let count = 0; count < 64; count += 1) request.write(Buffer.alloc(256 * 1024));
        request.end();
      });
      expect(status).toBe(200);
    });
  });

  it('answers plain HTTP on its TLS port as Go does, and anything else not at all', async () => {
    await withPods([readPod('tls', withTls())], async (_pods, port) => {
      expect(await say(port('tls'), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe(
        'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n',
      );
      expect(
        await say(port('tls'), '\u0016garbage that is no handshake at all, and long enough to be read as a record'),
      ).not.toContain('HTTP');
    });
  });

  it.each([['1.2'], ['1.3']])('demands a client certificate of its authority in TLS %s', async (version) => {
    await withPods([readPod('tls', { ...withTls(), clientAuthority: read('client.crt') })], async (_pods, port) => {
      const options = [`--tlsv${version}`, '--tls-max', version];
      const none = await curl(port('tls'), ...options);
      const foreign = await curl(port('tls'), ...options, '--cert', 'foreign.crt', '--key', 'foreign.key');
      const right = await curl(port('tls'), ...options, '--cert', 'client.crt', '--key', 'client.key');
      expect([none.output, foreign.output, right]).toEqual(['', '', { code: 0, output: 'Hello from tls\n' }]);
      expect([none.code, foreign.code]).not.toContain(0);
    });
  });

  it.each([['1.2'], ['1.3']])('takes clients without a certificate where it may, in TLS %s', async (version) => {
    const pod = readPod('tls', { ...withTls(), clientAuthority: read('client.crt'), isClientOptional: true });
    await withPods([pod], async (_pods, port) => {
      const options = [`--tlsv${version}`, '--tls-max', version];
      const none = await curl(port('tls'), ...options);
      const foreign = await curl(port('tls'), ...options, '--cert', 'foreign.crt', '--key', 'foreign.key');
      const right = await curl(port('tls'), ...options, '--cert', 'client.crt', '--key', 'client.key');
      const greeting = { code: 0, output: 'Hello from tls\n' };
      expect([none, foreign.output, right]).toEqual([greeting, '', greeting]);
      expect(foreign.code).not.toBe(0);
    });
  });

  it('speaks no TLS 1.1', async () => {
    await withPods([readPod('tls', withTls())], async (_pods, port) => {
      const refusal = await new Promise((resolve) => {
        const socket = connectTls(
          {
            port: port('tls'),
            host: '127.0.0.1',
            minVersion: 'TLSv1.1',
            maxVersion: 'TLSv1.1',
            ciphers: 'DEFAULT@SECLEVEL=0',
            rejectUnauthorized: false,
          },
          () => {
            resolve('accepted');
          },
        );
        socket.on('error', (error: NodeJS.ErrnoException) => {
          resolve(error.code);
        });
      });
      expect(refusal).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    });
  });
});

describe('an update', () => {
  it('keeps ports and open connections, and serves the new description to new ones', async () => {
    await withPods([readPod('a', withTls()), readPod('b'), readPod('c')], async (pods, port) => {
      const [a, b] = [port('a'), port('b')];
      const session = connectHttp2(`https://127.0.0.1:${a}`, { servername: 'pod.test', ca: read('pod.crt') });
      const ask = (): Promise<string> =>
        new Promise((resolve, reject) => {
          let body = '';
          session
            .request({ ':path': '/' })
            .setEncoding('utf8')
            .on('data', (part: string) => (body += part))
            .on('error', reject)
            .on('end', () => {
              resolve(body);
            });
        });
      expect(await ask()).toBe('Hello from a\n');
      expect(await pods.update([readPod('a', { ...withTls(), greeting: 'new\n' }), readPod('b')])).toEqual([]);
      expect([port('a'), port('b'), pods.find({ service: { namespace: 'default', name: 'c' }, port: 443 })]).toEqual([
        a,
        b,
        undefined,
      ]);
      expect(await ask()).toBe('Hello from a\n');
      expect((await curl(a)).output).toBe('new\n');
      session.destroy();
    });
  });

  it('stops a pod whose key pair cannot be used, says so without it, and finds only ports that lead to it', async () => {
    await withPods([readPod('a', withTls())], async (pods) => {
      expect(pods.find({ service: { namespace: 'default', name: 'a' }, port: 'http' })).toBeUndefined();
      expect(pods.find({ service: { namespace: 'other', name: 'a' }, port: 443 })).toBeUndefined();
      const key = read('client.key');
      const problems = await pods.update([readPod('a', { tls: { certificate: read('pod.crt'), key } })]);
      expect(problems).toEqual([
        'the pod of Service default/a does not start: its certificate, key and client authority cannot be used',
      ]);
      expect(pods.find({ service: { namespace: 'default', name: 'a' }, port: 443 })).toBeUndefined();
    });
  });
});
