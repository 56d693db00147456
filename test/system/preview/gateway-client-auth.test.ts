import { X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { requestClient, requestClientAuthority } from '../../../src/certs/requests.ts';
import { ingressNginx } from '../../../src/controllers/ingress-nginx/index.ts';
import { ingressNginx015 } from '../../../src/controllers/ingress-nginx-0.15/index.ts';
import { traefik } from '../../../src/controllers/traefik/index.ts';
import type { GatewayBehaviour, GatewayClientAuth, GatewayHost } from '../../../src/model/gateway.ts';
import { issue, makeKey } from '../../support/certs/fixtures.ts';
import { config } from '../../support/controllers/three-services.ts';
import { CertificateMaker } from '../../support/reference-certificates.ts';
import { needTool } from '../../support/tools.ts';
import { closeAll, curl, file, host, input, pem, run, start, startHttpPod } from './gateway-fixtures.ts';

afterEach(closeAll);

const behaviours = {
  'ingress-nginx': ingressNginx.behaviour(config()),
  'ingress-nginx-0.15': ingressNginx015.behaviour(config()),
  traefik: traefik.behaviour(config()),
} satisfies Readonly<Record<string, GatewayBehaviour>>;

type Identity = 'none' | 'foreign' | 'right';

/** The same name as the right authority, and another key. */
const foreign = issue(requestClient('svc9', 30, 'ecdsa-p256'), {
  signer: (() => {
    const key = makeKey('ecdsa-p256');
    return { key, certificate: issue(requestClientAuthority('svc9', 'ecdsa-p256'), { key }) };
  })(),
});

function credentials(identity: Identity): readonly string[] {
  if (identity === 'none') return [];
  const certificate = file(`${identity}.crt`, identity === 'right' ? pem.client : foreign);
  return ['--cert', certificate, '--key', file('client.key', pem.key)];
}

function asking(more: Partial<Exclude<GatewayClientAuth, { demands: 'impossible' }>> = {}): GatewayClientAuth {
  return {
    demands: 'required',
    authority: { kind: 'Secret', namespace: 'default', name: 'clients', key: 'ca.crt' },
    forwards: 'nothing',
    ...more,
  };
}

async function serve(
  profile: keyof typeof behaviours,
  clientAuth: GatewayClientAuth,
  others: readonly GatewayHost[] = [],
): Promise<number> {
  const { port } = await startHttpPod();
  const { port: gatewayPort } = await start(
    input(
      [host('svc7.example.test', { clientAuth }), ...others],
      { svc7: port, svc8: port },
      { behaviour: behaviours[profile], data: { 'default/clients': { 'ca.crt': pem.foreignAuthority } } },
    ),
  );
  return gatewayPort;
}

const versions = {
  '1.2': ['--tlsv1.2', '--tls-max', '1.2'],
  '1.3': ['--tlsv1.3'],
} as const;

/** `200`, the page's status, or `ended` where TLS came to an end without an answer. */
async function ask(port: number, identity: Identity, ...args: readonly string[]): Promise<string> {
  const { code, output } = await curl(
    port,
    'svc7.example.test',
    '/',
    ...['--insecure', '--write-out', '\n%{http_code}', ...credentials(identity), ...args],
  );
  return code === 0 ? (output.split('\n').at(-1) ?? '') : 'ended';
}

describe.each([
  ['ingress-nginx', 'required', { none: '400', foreign: '400', right: '200' }],
  ['ingress-nginx', 'optional', { none: '200', foreign: '400', right: '200' }],
  ['ingress-nginx', 'unverified', { none: '200', foreign: '200', right: '200' }],
  ['traefik', 'required', { none: 'ended', foreign: 'ended', right: '200' }],
  ['traefik', 'optional', { none: '200', foreign: 'ended', right: '200' }],
  ['traefik', 'unverified', { none: '200', foreign: '200', right: '200' }],
] as const)('%s, a certificate is %s', (profile, demands, expected) => {
  it.each(['1.2', '1.3'] as const)('TLS %s', async (version) => {
    const port = await serve(profile, asking({ demands }));
    for (const identity of ['none', 'foreign', 'right'] as const) {
      // By HTTP/2 and HTTP/1.1, as the client likes.
      expect([identity, await ask(port, identity, ...versions[version])]).toStrictEqual([identity, expected[identity]]);
      expect([identity, await ask(port, identity, ...versions[version], '--http1.1')]).toStrictEqual([
        identity,
        expected[identity],
      ]);
    }
  });
});

describe('what a client sees', () => {
  it('is nginx’s own words', async () => {
    const port = await serve('ingress-nginx', asking());
    const page = async (identity: Identity): Promise<string> =>
      (await curl(port, 'svc7.example.test', '/', '--insecure', ...credentials(identity))).output;
    expect(await page('none')).toContain('<title>400 No required SSL certificate was sent</title>');
    expect(await page('foreign')).toContain('<title>400 The SSL certificate error</title>');
  });

  it('is the alert that Go sends to who has no certificate', async () => {
    const port = await serve('traefik', asking());
    const alert = async (version: string): Promise<string> =>
      (
        await run(
          'openssl',
          ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'svc7.example.test', version, '-ign_eof'],
          'GET / HTTP/1.0\r\n\r\n',
        )
      ).output;
    expect(await alert('-tls1_2')).toContain('SSL alert number 40');
    expect(await alert('-tls1_3')).toContain('SSL alert number 116');
  });

  it('lists the authority among those whose certificates are taken', async () => {
    const port = await serve('ingress-nginx', asking());
    const { output } = await run('openssl', [
      ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'svc7.example.test', '-tls1_2'],
    ]);
    expect(output).toMatch(/Acceptable client certificate CA names\s+CN = svc9 client CA/);
  });

  it.each([
    ['ingress-nginx', '403'],
    ['ingress-nginx-0.15', '503'],
  ] as const)('is a closed host where the authority cannot be read: %s', async (profile, status) => {
    const port = await serve(profile, { demands: 'impossible', reason: 'there is none' });
    expect(await ask(port, 'right')).toBe(status);
  });
});

describe('a request over the connection of another host', () => {
  const over = async (port: number, opened: string, asked: string): Promise<string> => {
    const { output } = await curl(
      port,
      opened,
      '/',
      ...['--insecure', '--http1.1', '--header', `Host: ${asked}`, '--write-out', '\n%{http_code}'],
    );
    return output.split('\n').at(-1) ?? '';
  };

  it.each([
    ['ingress-nginx', '421', '200'],
    ['traefik', '421', '421'],
  ] as const)('is sent away: %s', async (profile, toAsking, fromAsking) => {
    const port = await serve(profile, asking({ demands: 'optional' }), [host('svc8.example.test')]);
    expect(await over(port, 'svc8.example.test', 'svc7.example.test')).toBe(toAsking);
    expect(await over(port, 'svc7.example.test', 'svc8.example.test')).toBe(fromAsking);
    expect(await over(port, 'svc7.example.test', 'svc7.example.test')).toBe('200');
  });

  it.each([
    ['required', '400'],
    ['optional', '200'],
  ] as const)('is without a certificate where the hello named no host: %s', async (demands, status) => {
    const port = await serve('ingress-nginx', asking({ demands }));
    const { output } = await run('curl', [
      ...['-sS', '-m', '5', '--insecure', '--header', 'Host: svc7.example.test', '--write-out', '\n%{http_code}'],
      ...[...credentials('right'), `https://127.0.0.1:${port}/`],
    ]);
    expect(output.split('\n').at(-1)).toBe(status);
  });
});

describe('depth', () => {
  it('counts the authorities between', async () => {
    needTool('openssl');
    const maker = new CertificateMaker(mkdtempSync(join(tmpdir(), 'client-auth-')));
    const root = maker.makeAuthority('/CN=root');
    const first = maker.makeAuthority('/CN=first', root);
    const second = maker.makeAuthority('/CN=second', first);
    const client = maker.makeIssued({ subject: '/CN=client', dnsNames: [] }, second);
    const chain = [client, second, first].map(({ certificate }) => certificate).join('');
    const args = ['--cert', file('chain.crt', chain), '--key', file('chain.key', client.key), '--insecure'];
    const { port } = await startHttpPod();
    const status = async (depth: number | undefined): Promise<string> => {
      const hosts = [host('svc7.example.test', { clientAuth: asking(depth === undefined ? {} : { depth }) })];
      const { port: gatewayPort } = await start(
        input(
          hosts,
          { svc7: port },
          {
            behaviour: behaviours['ingress-nginx'],
            data: { 'default/clients': { 'ca.crt': root.certificate } },
          },
        ),
      );
      const { output } = await curl(gatewayPort, 'svc7.example.test', '/', ...args, '--write-out', '\n%{http_code}');
      return output.split('\n').at(-1) ?? '';
    };
    expect([await status(1), await status(2), await status(undefined)]).toStrictEqual(['400', '200', '200']);
  });
});

describe('what the pod is told', () => {
  const forged = ['cert', 'verify', 'subject-dn', 'issuer-dn'].flatMap((name) => [
    '--header',
    `ssl-client-${name}: forged`,
  ]);
  const told = async (port: number, identity: Identity): Promise<Readonly<Record<string, string>>> => {
    const { output } = await curl(port, 'svc7.example.test', '/', '--insecure', ...credentials(identity), ...forged);
    const { headers } = JSON.parse(output) as { headers: Readonly<Record<string, string>> };
    return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('ssl-client-')));
  };

  it('is the certificate, and nothing that a client wrote itself', async () => {
    const port = await serve('ingress-nginx', asking({ demands: 'optional', forwards: 'everything' }));
    const { 'ssl-client-cert': sent = '', ...others } = await told(port, 'right');
    expect(new X509Certificate(decodeURIComponent(sent)).fingerprint256).toBe(
      new X509Certificate(pem.client).fingerprint256,
    );
    expect(others).toStrictEqual({
      'ssl-client-verify': 'SUCCESS',
      'ssl-client-subject-dn': 'CN=svc9-client',
      'ssl-client-issuer-dn': 'CN=svc9 client CA',
    });
    expect(await told(port, 'none')).toStrictEqual({ 'ssl-client-verify': 'NONE' });
  });

  it('is what the client wrote where nothing is forwarded', async () => {
    const byNginx = await serve('ingress-nginx', asking({ forwards: 'names' }));
    expect(await told(byNginx, 'right')).toMatchObject({ 'ssl-client-cert': 'forged', 'ssl-client-verify': 'SUCCESS' });
    const byTraefik = await serve('traefik', asking());
    expect(await told(byTraefik, 'right')).toMatchObject({ 'ssl-client-verify': 'forged' });
  });
});
