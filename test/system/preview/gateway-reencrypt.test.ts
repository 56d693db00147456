import { afterEach, describe, expect, it } from 'vitest';

import type { AuthorityPlace, GatewayUpstream } from '../../../src/model/gateway.ts';
import { closeAll, curl, host, input, pem, start, startHttpPod, startTlsPod, verified } from './gateway-fixtures.ts';

afterEach(closeAll);

type Verification = { readonly authority: AuthorityPlace; readonly name: string };
const authority = { kind: 'Secret', namespace: 'default', name: 'svc8-ca', key: 'ca.crt' } as const;

function withVerification(change: Partial<Verification>): GatewayUpstream {
  const { verification } = verified as unknown as { verification: Verification };
  return { ...verified, verification: { ...verification, ...change } } as unknown as GatewayUpstream;
}

async function ask(
  upstream: GatewayUpstream,
  options: { pod?: number; data?: Record<string, Record<string, string>> } = {},
) {
  const pod = options.pod ?? (await startTlsPod(pem.pod));
  const running = await start(
    input(
      [host('svc8.example.test', { upstream })],
      { svc8: pod },
      options.data === undefined ? {} : { data: options.data },
    ),
  );
  const answers: string[] = [];
  for (const version of ['--http1.1', '--http2']) {
    answers.push((await curl(running.port, 'svc8.example.test', '/', '-k', version, '-w', '\n%{http_code}')).output);
  }
  return { answers, complaints: running.gateway.complaints };
}

describe('the hop to a pod that speaks TLS', () => {
  it('is verified, and the pod sees the name that the controller sends', async () => {
    const { answers, complaints } = await ask(verified);
    expect(complaints).toEqual([]);
    for (const answer of answers) {
      expect(answer).toContain('"servername":"svc8.default.svc"');
      expect(answer).toMatch(/\n200$/);
    }
  });

  const noNames: GatewayUpstream = { ...verified, serverName: 'other.default.svc' } as GatewayUpstream;
  it('is verified by the name that is to be verified, not by the one that is sent', async () => {
    expect((await ask(noNames)).answers).toEqual([
      expect.stringMatching(/"servername":"other.default.svc".*\n200$/),
      expect.stringMatching(/\n200$/),
    ]);
  });

  it.each([
    [
      'the authority is another',
      withVerification({}),
      { 'default/svc8-ca': { 'ca.crt': pem.foreignAuthority } },
      'bad gateway\n502',
    ],
    ['the name is another', withVerification({ name: 'other.default.svc' }), {}, 'bad gateway\n502'],
    ["the name is nginx's own upstream", withVerification({ name: 'upstream_balancer' }), {}, 'bad gateway\n502'],
    [
      'the Secret is missing',
      withVerification({ authority: { ...authority, name: 'missing' } }),
      {},
      'unavailable\n503',
    ],
    ['its key is missing', withVerification({ authority: { ...authority, key: 'other.crt' } }), {}, 'unavailable\n503'],
    [
      'the authority is no certificate',
      withVerification({}),
      { 'default/svc8-ca': { 'ca.crt': 'hello' } },
      'unavailable\n503',
    ],
    ['its Secret may not be read', { scheme: 'none', reason: 'another namespace' } as const, {}, 'unavailable\n503'],
  ])('is refused when %s', async (_, upstream, data, page) => {
    const { answers, complaints } = await ask(upstream, { data });
    expect(answers).toEqual([page, page]);
    expect(complaints).toHaveLength(page.endsWith('503') ? 1 : 0);
  });

  it('is not verified, and no name is sent, where the controller does neither', async () => {
    const { answers } = await ask({ scheme: 'https' }, { pod: await startTlsPod(pem.other) });
    for (const answer of answers) {
      expect(answer).toMatch(/"servername":false.*\n200$/);
    }
  });

  it('is refused when the pod wants a client certificate, or speaks plain HTTP', async () => {
    const strict = await startTlsPod(pem.pod, { requestCert: true, ca: pem.foreignAuthority });
    expect((await ask(verified, { pod: strict })).answers).toEqual(['bad gateway\n502', 'bad gateway\n502']);
    const { port: plain } = await startHttpPod();
    expect((await ask(verified, { pod: plain })).answers).toEqual(['bad gateway\n502', 'bad gateway\n502']);
  });

  it("shows the pod's own complaint when the controller speaks plain HTTP to it", async () => {
    const { answers } = await ask({ scheme: 'http' });
    // Node's server has no such page; it ends the connection.
    expect(answers).toEqual(['bad gateway\n502', 'bad gateway\n502']);
  });

  it('does not use a connection that was made for another authority', async () => {
    const pod = await startTlsPod(pem.pod);
    const hosts = [host('svc8.example.test', { upstream: verified })];
    const { port, gateway } = await start(input(hosts, { svc8: pod }));
    const status = async (): Promise<string> =>
      (await curl(port, 'svc8.example.test', '/', '-k', '-o', '/dev/null', '-w', '%{http_code}')).output;
    expect(await status()).toBe('200');
    expect(
      gateway.update(input(hosts, { svc8: pod }, { data: { 'default/svc8-ca': { 'ca.crt': pem.foreignAuthority } } })),
    ).toEqual([]);
    expect(await status()).toBe('502');
    gateway.update(input(hosts, { svc8: pod }));
    expect(await status()).toBe('200');
  });
});
