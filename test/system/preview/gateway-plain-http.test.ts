import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import type { GatewayPlainHttp, GatewayTable } from '../../../src/model/gateway.ts';
import {
  backendOf,
  closeAll,
  connectPlainly,
  host,
  input,
  readToEnd,
  run,
  start,
  startHttpPod,
  type Ran,
  type RunningGateway,
} from './gateway-fixtures.ts';

afterEach(closeAll);

const moved = { status: 301, contentType: 'text/plain', body: 'moved' };
const permanent = { status: 308, contentType: 'text/plain', body: 'permanent' };
const plainHttp: GatewayPlainHttp = {
  redirects: 'everything',
  answers: { get: moved, others: permanent },
  leadsTo: 443,
  clientPort: 443,
};
const svc7 = host('svc7.example.test');

const startWith = (
  hosts: GatewayTable['hosts'],
  changes: Partial<GatewayPlainHttp> = {},
  pods: Readonly<Record<string, number>> = {},
): Promise<RunningGateway> => start(input(hosts, pods, { table: { plainHttp: { ...plainHttp, ...changes } } }));

/** curl to the port for plain HTTP, which finds both ports of the name here. */
function curl({ gateway }: RunningGateway, name: string, path: string, ...args: readonly string[]): Promise<Ran> {
  const { port, plainPort } = gateway;
  const resolve = [port, plainPort].flatMap((each) => ['--resolve', `${name}:${each}:127.0.0.1`]);
  return run('curl', ['-sS', '-m', '5', ...resolve, ...args, `http://${name}:${plainPort}${path}`]);
}

/** Status and Location, which curl writes behind the body. */
const told = ['--write-out', ' %{http_code} %header{location}'];

describe('a port for plain HTTP', () => {
  it('is there where the controller has one, and is another than that for HTTPS', async () => {
    expect((await start(input([svc7], {}))).gateway.plainPort).toBeUndefined();
    const { gateway } = await startWith([svc7]);
    expect(gateway.plainPort).toBeGreaterThan(0);
    expect(gateway.plainPort).not.toBe(gateway.port);
  });

  it('leads a client to the port for HTTPS, and by it to the pod', async () => {
    const { port } = await startHttpPod();
    const running = await startWith([svc7], {}, { svc7: port });
    const { output } = await curl(running, 'svc7.example.test', '/a/?q=1', '--location', '--insecure', '--include');
    const [first, second] = output.split('\r\n\r\n');
    expect(first).toMatch(/^HTTP\/1\.1 301 /);
    expect(first).toContain(`location: https://svc7.example.test:${running.port}/a/?q=1\r\n`);
    expect(first).not.toMatch(/strict-transport-security/i);
    expect(second).toMatch(/^HTTP\/2 200 [\s\S]*strict-transport-security: max-age=31536000; includeSubDomains/);
    expect(output).toMatch(/"x-forwarded-proto":"https"/);
    expect(running.entries).toMatchObject([
      { kind: 'request', host: 'svc7.example.test', path: '/a/?q=1', status: 301, bytes: 5 },
      { kind: 'request', host: 'svc7.example.test', path: '/a/?q=1', status: 200 },
    ]);
    expect(running.entries[0]).not.toHaveProperty('backend');
  });

  it('redirects each method and every host that is named', async () => {
    const running = await startWith([svc7]);
    const ask = async (name: string, ...args: readonly string[]): Promise<string> =>
      (await curl(running, name, '/x', ...told, ...args)).output;
    expect(await ask('other.test')).toBe(`moved 301 https://other.test:${running.port}/x`);
    expect(await ask('svc7.example.test', '--data', 'a=b')).toBe(
      `permanent 308 https://svc7.example.test:${running.port}/x`,
    );
    expect(await ask('svc7.example.test', '--head')).toContain('308 Permanent Redirect');
    expect(await ask('svc7.example.test', '--http1.0', '--header', 'Host:')).toBe('no such host 404 ');
  });

  it('names 443 by no port, and a port where nobody is as it stands', async () => {
    const running = await startWith([svc7], { leadsTo: 443, clientPort: 8443 });
    expect((await curl(running, 'svc7.example.test', '/x', ...told)).output).toBe(
      'moved 301 https://svc7.example.test/x',
    );
    const other = await startWith([svc7], { leadsTo: 9443 });
    expect((await curl(other, 'svc7.example.test', '/x', ...told)).output).toBe(
      'moved 301 https://svc7.example.test:9443/x',
    );
  });

  it('goes by routes where the controller does, with what it makes of a slash at the end', async () => {
    const { port } = await startHttpPod();
    const way = { type: 'exact', backend: backendOf('svc7'), upstream: { scheme: 'http' } } as const;
    const mixed = host('svc7.example.test', {
      locations: [
        { path: '/open', ...way, inClear: true },
        { path: '/closed/', ...way },
      ],
    });
    const bare = host('bare.example.test', { locations: [], inClear: true });
    const running = await startWith([mixed, bare], { redirects: 'routes', cutsSlash: true }, { svc7: port });
    const ask = async (name: string, path: string): Promise<string> =>
      (await curl(running, name, path, ...told)).output;
    const there = `https://svc7.example.test:${running.port}`;
    expect(await ask('svc7.example.test', '/closed/')).toBe(`moved 301 ${there}/closed`);
    expect(await ask('svc7.example.test', '/elsewhere/?a=/')).toBe(`moved 301 ${there}/elsewhere/?a=`);
    expect(await ask('bare.example.test', '/')).toBe('no such host 404 ');
    expect(await ask('other.test', '/')).toBe('no such host 404 ');
    const open = await ask('svc7.example.test', '/open');
    expect(open).toMatch(/"x-forwarded-port":"80","x-forwarded-proto":"http"/);
    expect(open).toMatch(/ 200 $/);
  });

  it('asks nobody for a certificate, also where the host lets in those alone who have one', async () => {
    const { port } = await startHttpPod();
    const authority = { kind: 'Secret', namespace: 'default', name: 'none', key: 'ca.crt' } as const;
    const asking = host('svc7.example.test', {
      clientAuth: { demands: 'required', authority, forwards: 'nothing' },
    });
    const running = await startWith([asking], { redirects: 'routes' }, { svc7: port });
    expect((await curl(running, 'svc7.example.test', '/', ...told)).output).toContain(' 301 https://');
  });

  it('redirects what wants a WebSocket, and answers what is no HTTP with 400', async () => {
    const running = await startWith([svc7]);
    const answer = await new Promise<string>((resolve) => {
      const socket = new WebSocket(`ws://svc7.example.test:${running.gateway.plainPort}/chat`, {
        createConnection: () => connect({ host: '127.0.0.1', port: running.gateway.plainPort ?? 0 }),
      });
      socket.on('unexpected-response', (_request, { statusCode, headers }) => {
        resolve(`${statusCode} ${headers.location}`);
      });
      socket.on('error', () => undefined);
    });
    expect(answer).toBe(`301 https://svc7.example.test:${running.port}/chat`);
    const tls = await connectPlainly(running.gateway.plainPort ?? 0);
    tls.write(Buffer.from('160301000501000001ff', 'hex'));
    expect(await readToEnd(tls)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('answers nobody once the controller has none any more', async () => {
    const { port } = await startHttpPod();
    const running = await startWith([svc7], { redirects: 'routes' }, { svc7: port });
    const kept = await connectPlainly(running.gateway.plainPort ?? 0);
    running.gateway.update(input([svc7], { svc7: port }));
    // No answer, or a reset.
    expect([52, 56]).toContain((await curl(running, 'svc7.example.test', '/')).code);
    // What was open may be told, and is not let through.
    kept.end('GET / HTTP/1.1\r\nHost: svc7.example.test\r\n\r\n');
    expect(await readToEnd(kept)).toMatch(/^HTTP\/1\.1 301 /);
  });

  it('is closed with the gateway, and leaves no port open when it cannot be had', async () => {
    const running = await startWith([svc7]);
    const { plainPort = 0 } = running.gateway;
    await expect(start(input([svc7], {}, { table: { plainHttp } }), {}, undefined, plainPort)).rejects.toThrow(
      `port ${plainPort} of 127.0.0.1 not opened: another program listens there`,
    );
    await running.gateway.close();
    expect(await curl(running, 'svc7.example.test', '/')).toMatchObject({ code: 7 });
  });
});
