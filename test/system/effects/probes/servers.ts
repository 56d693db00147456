import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { OpenSsl } from '../../../support/openssl.ts';
import { needTool } from '../../../support/tools.ts';

const closing: (() => Promise<void>)[] = [];

/** Registers the end of all servers after each test. They only wait: a socket that a probe left open makes the hook fail. */
export function closeServersAfterEach(): void {
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  }, 15_000);
}

/** Has a server listen on a free port of loopback; returns the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(
    () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  );
  return (server.address() as AddressInfo).port;
}

/** A server that treats each connection as the test says; its errors do not matter. */
export async function listenRaw(treat: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined);
    treat(socket);
    socket.resume();
  });
  return listen(server);
}

/** OpenSSL's own server; returns the port. Without openssl the test is skipped. Files are written into a folder of their own. */
export async function listenOpenSsl(
  files: Readonly<Record<string, string>>,
  ...options: readonly string[]
): Promise<number> {
  const openssl = new OpenSsl();
  for (const [name, content] of Object.entries(files)) openssl.file(name, content);
  const child = spawn(needTool('openssl'), ['s_server', '-accept', '127.0.0.1:0', ...options], {
    cwd: openssl.folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  closing.push(async () => {
    child.kill();
    await ended;
    openssl.remove();
  });
  let output = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const port = /ACCEPT \S*:(\d+)/.exec(output)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    }
    void ended.then(() => {
      reject(new Error(`openssl s_server ended:\n${output}`));
    });
  });
}
