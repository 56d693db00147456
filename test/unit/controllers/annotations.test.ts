import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/model/config.ts';
import { config, service } from '../../support/controllers/three-services.ts';
import { profiles } from '../../support/profiles.ts';

const nginx = (key: string) => `nginx.ingress.kubernetes.io/${key}`;

/** So that the annotations beside them are not found to do nothing. */
const beside = {
  [nginx('auth-tls-secret')]: 'default/ca',
  [nginx('auth-type')]: 'basic',
  [nginx('auth-url')]: 'https://auth.example.org/',
};

/** What a profile says of one annotation of a service in mode terminate, as `level code`. */
function judge(profile: string, key: string, value: string, given: Partial<Config> = {}): readonly string[] {
  const path = ['services', 0, 'annotations', key];
  const asked = { ...config([service('own', 'terminate', { annotations: { ...beside, [key]: value } })]), ...given };
  const found = profiles[profile]!.notices(asked).filter(
    (notice) => JSON.stringify(notice.path) === JSON.stringify(path),
  );
  return found.map(({ level, code }) => `${level} ${code}`);
}

function remedy(profile: string, key: string, value: string): string | undefined {
  const notices = profiles[profile]!.notices(config([service('own', 'terminate', { annotations: { [key]: value } })]));
  return notices.find(({ path }) => path?.at(-1) === key)?.remedy;
}

const words = (...lines: readonly string[]) => lines.flatMap((line) => line.split(' '));

/** The constants in internal/ingress/annotations of kubernetes/ingress-nginx@controller-v1.15.1. */
const constants115 = words(
  'affinity affinity-canary-behavior affinity-mode allowlist-source-range app-root auth-always-set-cookie auth-cache-duration',
  'auth-cache-key auth-keepalive auth-keepalive-requests auth-keepalive-share-vars auth-keepalive-timeout auth-method',
  'auth-proxy-set-headers auth-realm auth-request-redirect auth-response-headers auth-secret auth-secret-type auth-signin',
  'auth-signin-redirect-param auth-snippet auth-tls-error-page auth-tls-match-cn auth-tls-pass-certificate-to-upstream',
  'auth-tls-secret auth-tls-verify-client auth-tls-verify-depth auth-type auth-url backend-protocol canary canary-by-cookie',
  'canary-by-header canary-by-header-pattern canary-by-header-value canary-weight canary-weight-total client-body-buffer-size',
  'configuration-snippet connection-proxy-header cors-allow-credentials cors-allow-headers cors-allow-methods cors-allow-origin',
  'cors-expose-headers cors-max-age custom-headers custom-http-errors default-backend denylist-source-range',
  'disable-proxy-intercept-errors enable-access-log enable-cors enable-global-auth enable-modsecurity enable-opentelemetry',
  'enable-owasp-core-rules enable-rewrite-log fastcgi-index fastcgi-params-configmap force-ssl-redirect from-to-www-redirect',
  'http2-push-preload limit-allowlist limit-burst-multiplier limit-connections limit-rate limit-rate-after limit-rpm limit-rps',
  'limit-whitelist load-balance mirror-host mirror-request-body mirror-target modsecurity-snippet modsecurity-transaction-id',
  'opentelemetry-operation-name opentelemetry-trust-incoming-span permanent-redirect permanent-redirect-code',
  'preserve-trailing-slash proxy-body-size proxy-buffer-size proxy-buffering proxy-buffers-number proxy-busy-buffers-size',
  'proxy-connect-timeout proxy-cookie-domain proxy-cookie-path proxy-http-version proxy-max-temp-file-size proxy-next-upstream',
  'proxy-next-upstream-timeout proxy-next-upstream-tries proxy-read-timeout proxy-redirect-from proxy-redirect-to',
  'proxy-request-buffering proxy-send-timeout proxy-ssl-ciphers proxy-ssl-name proxy-ssl-protocols proxy-ssl-secret',
  'proxy-ssl-server-name proxy-ssl-verify proxy-ssl-verify-depth relative-redirects rewrite-target satisfy server-alias',
  'server-snippet service-upstream session-cookie-change-on-failure session-cookie-conditional-samesite-none',
  'session-cookie-domain session-cookie-expires session-cookie-max-age session-cookie-name session-cookie-path',
  'session-cookie-samesite session-cookie-secure ssl-ciphers ssl-passthrough ssl-prefer-server-ciphers ssl-redirect stream-snippet',
  'temporal-redirect temporal-redirect-code upstream-hash-by upstream-hash-by-subset upstream-hash-by-subset-size upstream-vhost',
  'use-port-in-redirects use-regex whitelist-source-range x-forwarded-prefix',
);

/** The tags of IngressConfig in traefik@v3.7.13, without the four about ModSecurity. */
const tagsOfTraefik = words(
  'auth-type auth-secret auth-realm auth-secret-type auth-url auth-signin auth-response-headers auth-snippet auth-method',
  'enable-global-auth auth-tls-secret auth-tls-verify-client auth-tls-pass-certificate-to-upstream force-ssl-redirect ssl-redirect',
  'ssl-passthrough use-regex rewrite-target app-root permanent-redirect permanent-redirect-code temporal-redirect',
  'temporal-redirect-code from-to-www-redirect server-alias affinity affinity-canary-behavior session-cookie-name',
  'session-cookie-secure session-cookie-path session-cookie-domain session-cookie-samesite session-cookie-max-age',
  'session-cookie-expires service-upstream upstream-hash-by backend-protocol proxy-ssl-secret proxy-ssl-verify proxy-ssl-name',
  'proxy-ssl-server-name proxy-connect-timeout proxy-read-timeout proxy-send-timeout proxy-next-upstream',
  'proxy-next-upstream-tries proxy-next-upstream-timeout proxy-http-version enable-cors cors-allow-credentials cors-expose-headers',
  'cors-allow-headers cors-allow-methods cors-allow-origin cors-max-age enable-access-log whitelist-source-range',
  'allowlist-source-range limit-rpm limit-rps limit-burst-multiplier limit-connections custom-headers upstream-vhost',
  'x-forwarded-prefix custom-http-errors default-backend proxy-request-buffering client-body-buffer-size proxy-body-size',
  'proxy-buffering proxy-buffer-size proxy-buffers-number proxy-max-temp-file-size configuration-snippet server-snippet canary',
  'canary-by-cookie canary-by-header canary-by-header-value canary-by-header-pattern canary-weight canary-weight-total',
);

/** The calls of the parser in internal/ingress/annotations of kubernetes/ingress-nginx@nginx-0.15.0. */
const calls015 = words(
  'add-base-url affinity app-root auth-method auth-realm auth-request-redirect auth-response-headers auth-secret auth-signin',
  'auth-tls-error-page auth-tls-pass-certificate-to-upstream auth-tls-secret auth-tls-verify-client auth-tls-verify-depth auth-type',
  'auth-url base-url-scheme client-body-buffer-size configuration-snippet connection-proxy-header cors-allow-credentials',
  'cors-allow-headers cors-allow-methods cors-allow-origin cors-max-age default-backend enable-access-log enable-cors',
  'enable-rewrite-log force-ssl-redirect from-to-www-redirect grpc-backend limit-connections limit-rate limit-rate-after limit-rpm',
  'limit-rps limit-whitelist load-balance lua-resty-waf lua-resty-waf-debug lua-resty-waf-extra-rules lua-resty-waf-ignore-rulesets',
  'permanent-redirect proxy-body-size proxy-buffer-size proxy-buffering proxy-connect-timeout proxy-cookie-domain',
  'proxy-cookie-path proxy-next-upstream proxy-next-upstream-tries proxy-read-timeout proxy-redirect-from proxy-redirect-to',
  'proxy-request-buffering proxy-send-timeout rewrite-target secure-backends secure-verify-ca-secret server-alias server-snippet',
  'service-upstream session-cookie-hash session-cookie-name ssl-ciphers ssl-passthrough ssl-redirect temporal-redirect',
  'upstream-fail-timeout upstream-hash-by upstream-max-fails upstream-vhost use-port-in-redirects vts-filter-key',
  'whitelist-source-range x-forwarded-prefix',
);

describe.each([
  ['ingress-nginx', constants115],
  ['traefik', tagsOfTraefik],
  ['ingress-nginx-0.15', calls015],
])('%s', (profile, keys) => {
  it.each(keys)('reads %s', (key) => {
    const codes = judge(profile, nginx(key), 'true').join();
    expect(codes).not.toMatch(/annotation-(?:unknown|ignored)/);
  });

  it('knows no key with a letter more', () => {
    for (const key of keys) expect(judge(profile, nginx(`${key}x`), 'true').join()).toMatch(/^error annotation-/);
  });
});

const closed = ['error annotation-value'];

describe('values that v1.15.1 takes, and values that it does not', () => {
  it.each([
    ['enable-cors', ['true', 'false', '1', 't', 'F', 'TRUE'], ['yes', 'on', ' true', 'tRUE', '']],
    ['limit-rps', ['5', '-1', '+5'], ['5/s', '5 ', '', '1.5', '1e3']],
    ['proxy-read-timeout', ['60'], ['60s', '1m']],
    [
      'denylist-source-range',
      ['10.0.0.0/8', '192.0.2.1, 2001:db8::/32', '::1', '::ffff:192.0.2.1'],
      [
        '10.0.0.0/33',
        '10.0.0/8',
        'example.org',
        '',
        '10.0.0.1,',
        '010.0.0.1',
        '1.2.3.4/8/9',
        'fe80::1%eth0',
        '2001:db8::/129',
      ],
    ],
    ['proxy-body-size', ['8m', '8 m', '0', '1024', '1G'], ['8mb', '8 MB', '-1', 'unlimited']],
    ['proxy-buffering', ['on', 'off '], ['true', 'On']],
    [
      'auth-tls-verify-client',
      ['on', 'off', 'optional', 'optional_no_ca'],
      ['yes', 'true', 'ON', 'none', 'optional-no-ca'],
    ],
    ['auth-tls-secret', ['default/ca'], ['ca', 'default/', 'default/a/b', 'default/Ca']],
    ['auth-secret', ['users', 'default/users'], ['default/a/b', '']],
    ['auth-tls-match-cn', ['CN=client', 'CN=(a|b).*'], ['client', 'cn=client', 'CN=(']],
    ['auth-type', ['basic', 'digest'], ['Basic', 'oauth', 'basic digest']],
    ['auth-secret-type', ['auth-file', 'auth-map'], ['file']],
    [
      'auth-url',
      ['https://auth.example.org/v?u=$request_uri'],
      ['auth.example.org', '/auth', 'https://', 'https://a..b/'],
    ],
    ['auth-method', ['GET', 'HEAD'], ['get', 'FETCH']],
    ['auth-cache-duration', ['200 202 401 5m', '5m', '200 1h, 401 30s'], ['200', '5m 200', '5 minutes']],
    ['satisfy', ['any', 'all'], ['ANY', 'both']],
    ['rewrite-target', ['/', '/x/$1'], ['/x?$1', '/x?a=b', '/(x)']],
    ['app-root', ['/start'], ['start', 'https://example.org/', '/a?b']],
    ['server-alias', ['a.example.org,b.example.org'], ['']],
    ['cors-allow-origin', ['*', 'https://*.example.org, http://a:80', 'null'], ['https://example.org/path']],
    ['affinity', ['cookie'], ['ip', 'Cookie']],
    ['session-cookie-samesite', ['Lax', 'none'], ['relaxed']],
    ['session-cookie-max-age', ['172800', '-1', '0'], ['2d']],
    ['load-balance', ['ewma', 'round_robin'], ['least_conn']],
    ['proxy-http-version', ['1.0', '1.1'], ['2']],
    ['proxy-next-upstream', ['error timeout http_502'], ['http_501', 'errors']],
    ['custom-http-errors', ['404,503', '404, 503'], ['200', '4xx']],
    ['default-backend', ['errors'], ['default/errors', '1errors']],
    ['ssl-ciphers', ['ECDHE-RSA-AES128-GCM-SHA256:!aNULL@SECLEVEL=2'], ['a b?']],
    ['upstream-vhost', ['pod.example.org'], ['']],
  ])('%s', (key, taken, refused) => {
    for (const value of taken)
      expect([value, judge('ingress-nginx', nginx(key), value).filter((each) => each.startsWith('error'))]).toEqual([
        value,
        [],
      ]);
    for (const value of refused) expect([value, judge('ingress-nginx', nginx(key), value)]).toEqual([value, closed]);
  });

  it('are named in the remedy', () => {
    expect(remedy('ingress-nginx', nginx('auth-tls-verify-client'), 'yes')).toBe(
      'It takes on, off, optional or optional_no_ca.',
    );
    expect(remedy('ingress-nginx', nginx('rewrite-target'), '/x?$1')).toContain('CVE-2026-42945');
  });
});

it.each([
  // strings.EqualFold with "true", and nothing else is true.
  ['traefik', 'enable-cors', '1', closed],
  ['traefik', 'enable-cors', 'tRUE', []],
  // Blanks stay; `off ` is then no word, and a certificate is demanded.
  ['traefik', 'auth-tls-verify-client', 'off ', closed],
  ['traefik', 'auth-tls-verify-client', 'yes', closed],
  ['traefik', 'limit-connections', '5 ', closed],
  ['traefik', 'rewrite-target', '/x?$1', []],
  ['traefik', 'proxy-http-version', '1.0', closed],
  ['ingress-nginx-0.15', 'auth-tls-verify-client', 'none', closed],
  ['ingress-nginx-0.15', 'enable-cors', 'yes', closed],
  ['ingress-nginx-0.15', 'x-forwarded-prefix', '/x', closed],
  ['ingress-nginx-0.15', 'auth-secret', 'default/users', closed],
  ['ingress-nginx-0.15', 'rewrite-target', '/x?$1', ['warning nginx-cve-2026-42945']],
  ['ingress-nginx-0.15', 'rewrite-target', '/x', []],
])('%s, %s: %j', (profile, key, value, found) => {
  expect(judge(profile, nginx(key), value)).toEqual(found);
});

describe('annotations that nobody reads', () => {
  it.each([
    ['ingress-nginx', nginx('whitelist-source-rnage'), nginx('whitelist-source-range')],
    ['ingress-nginx', nginx('auth-tls-verify-clients'), nginx('auth-tls-verify-client')],
    ['ingress-nginx', nginx('proxyBodySize'), nginx('proxy-body-size')],
    ['traefik', nginx('limit-rp'), nginx('limit-rpm')],
    ['ingress-nginx-0.15', nginx('whitelist-source-ranges'), nginx('whitelist-source-range')],
    ['ingress-nginx', 'auth-tls-secret', nginx('auth-tls-secret')],
    ['ingress-nginx', 'nginx.ingress.k8s.io/auth-tls-secret', nginx('auth-tls-secret')],
    ['ingress-nginx', 'nginx.ingress.kubernets.io/ssl-ciphers', nginx('ssl-ciphers')],
  ])('%s: %s is an error that asks for %s', (profile, key, meant) => {
    expect(judge(profile, key, 'x')).toEqual(['error annotation-unknown']);
    expect(remedy(profile, key, 'x')).toBe(`Did you mean ${meant}?`);
  });

  it('are an error also where nothing is near', () => {
    expect(judge('ingress-nginx', nginx('make-it-fast'), 'x')).toEqual(['error annotation-unknown']);
    expect(remedy('ingress-nginx', nginx('make-it-fast'), 'x')).toBe('Remove it.');
  });

  it.each([
    ['nginx.org/ssl-passthrough', 'error'],
    ['nginx.org/ssl-services', 'error'],
    ['nginx.com/jwt-key', 'error'],
    ['nginx.org/proxy-connect-timeout', 'warning'],
    ['ingress.kubernetes.io/secure-backends', 'error'],
    ['ingress.kubernetes.io/rewrite-target', 'warning'],
    ['traefik.ingress.kubernetes.io/router.tls', 'error'],
    ['traefik.ingress.kubernetes.io/router.middlewares', 'error'],
    ['traefik.ingress.kubernetes.io/router.priority', 'warning'],
    ['haproxy.org/server-ssl', 'error'],
    ['haproxy-ingress.github.io/timeout-client', 'warning'],
    ['konghq.com/plugins', 'error'],
    ['alb.ingress.kubernetes.io/inbound-cidrs', 'error'],
    ['kubernetes.io/ingress.global-static-ip-name', 'warning'],
  ])("of another controller's prefix: %s is an %s", (key, level) => {
    for (const profile of Object.keys(profiles))
      expect(judge(profile, key, 'x')).toEqual([`${level} annotation-foreign`]);
  });

  it.each([
    ['cert-manager.io/cluster-issuer', 'letsencrypt', true],
    ['cert-manager.io/issuer', 'corp', true],
    ['certmanager.k8s.io/issuer', 'corp', true],
    ['kubernetes.io/tls-acme', 'true', true],
    ['kubernetes.io/tls-acme', 'false', false],
    ['cert-manager.io/duration', '2160h', false],
  ])(
    'by which cert-manager would write over the Secret of the project: %s: %s refused: %s',
    (key, value, isRefused) => {
      for (const profile of Object.keys(profiles))
        expect(judge(profile, key, value)).toEqual(isRefused ? ['error annotation-refused'] : []);
    },
  );

  it.each([
    ['ingress-nginx', 'nginx.org/ssl-passthrough', /set `mode: passthrough`/],
    ['traefik', 'nginx.org/ssl-passthrough', /set `mode: passthrough`/],
    ['ingress-nginx', 'ingress.kubernetes.io/secure-backends', /set `mode: reencrypt`/],
    ['ingress-nginx-0.15', 'ingress.kubernetes.io/secure-backends', /set `mode` instead/],
    // By its value alone: nothing is said against the key.
    ['ingress-nginx', 'nginx.org/auth-realm', /^Remove it, or use nginx\.ingress\.kubernetes\.io\/auth-realm\.$/],
    ['ingress-nginx', 'nginx.org/jwt-key', /^Remove it\.$/],
  ])("%s: in place of another controller's %s no annotation is named that is refused in turn", (profile, key, says) => {
    expect(remedy(profile, key, 'a;b')).toMatch(says);
  });

  it.each([
    'external-dns.alpha.kubernetes.io/hostname',
    'cert-manager.io/renew-before',
    'example.org/auth-tls-secret',
    'owner',
  ])('are free outside: %s', (key) => {
    for (const profile of Object.keys(profiles)) expect(judge(profile, key, 'x')).toEqual([]);
  });

  it.each([
    ['traefik', 'auth-tls-match-cn', 'error'],
    ['traefik', 'auth-tls-verify-depth', 'error'],
    ['traefik', 'satisfy', 'error'],
    ['traefik', 'denylist-source-range', 'error'],
    ['traefik', 'enable-modsecurity', 'error'],
    ['traefik', 'limit-rate', 'error'],
    ['traefik', 'global-rate-limit', 'error'],
    ['traefik', 'auth-keepalive', 'warning'],
    ['traefik', 'mirror-target', 'warning'],
    ['ingress-nginx', 'global-rate-limit', 'error'],
    ['ingress-nginx', 'session-cookie-hash', 'warning'],
    ['ingress-nginx-0.15', 'allowlist-source-range', 'error'],
    ['ingress-nginx-0.15', 'satisfy', 'error'],
    ['ingress-nginx-0.15', 'auth-tls-match-cn', 'error'],
    ['ingress-nginx-0.15', 'use-regex', 'warning'],
  ])('%s: %s, which another version reads, is an %s', (profile, key, level) => {
    expect(judge(profile, nginx(key), 'x')).toEqual([`${level} annotation-ignored`]);
  });
});

describe('Secrets that annotations name', () => {
  it.each(['ingress-nginx', 'traefik'])('%s reads none of another namespace', (profile) => {
    expect(judge(profile, nginx('auth-tls-secret'), 'other/ca')).toEqual(['error annotation-refused']);
    expect(judge(profile, nginx('auth-secret'), 'other/users')).toEqual(['error annotation-refused']);
    expect(judge(profile, nginx('auth-tls-secret'), 'other/ca', { namespace: 'other' })).toEqual([
      'warning secret-expected',
    ]);
  });

  it.each(['ingress-nginx', 'traefik', 'ingress-nginx-0.15'])('have to be there: %s', (profile) => {
    const given = config([service('own', 'terminate', { annotations: { [nginx('auth-tls-secret')]: 'default/ca' } })]);
    const notice = profiles[profile]!.notices(given).find(({ code }) => code === 'secret-expected');
    expect(notice).toMatchObject({ level: 'warning', path: ['services', 0, 'annotations', nginx('auth-tls-secret')] });
    expect(notice?.message).toMatch(
      /own \(terminate\): Secret default\/ca .* has to be in the cluster, with key ca\.crt/,
    );
  });

  it('are not the one with the certificate of the hosts', () => {
    const own = `default/${config().certificate.secretName}`;
    expect(judge('ingress-nginx', nginx('auth-tls-secret'), own)).toContain('error annotation-refused');
  });
});

it.each([
  ['auth-tls-verify-client', 'on', 'auth-tls-secret'],
  ['auth-tls-match-cn', 'CN=a', 'auth-tls-secret'],
  ['auth-secret', 'users', 'auth-type'],
  ['auth-signin', 'https://auth.example.org/', 'auth-url'],
])('%s: %s does nothing alone, without %s', (key, value, needed) => {
  const given = config([service('own', 'terminate', { annotations: { [nginx(key)]: value } })]);
  const found = profiles['ingress-nginx']!.notices(given).filter(({ level }) => level === 'error');
  expect(found).toMatchObject([{ code: 'annotation-alone', remedy: expect.stringContaining(nginx(needed)) as string }]);
});

describe('addresses of clients', () => {
  const about = (profile: string, key: string, value: string) =>
    profiles[profile]!.notices(config([service('own', 'terminate', { annotations: { [nginx(key)]: value } })])).find(
      ({ code }) => code === 'client-address-hidden',
    );

  it.each([
    [
      'ingress-nginx',
      'whitelist-source-range',
      '10.0.0.0/8',
      /externalTrafficPolicy: Local` in controller.service and enter at a node that runs the controller/,
    ],
    ['traefik', 'allowlist-source-range', '10.0.0.0/8', /externalTrafficPolicy/],
    ['traefik', 'limit-rpm', '5', /externalTrafficPolicy/],
    ['ingress-nginx-0.15', 'whitelist-source-range', '10.0.0.0/8', /Guard by something else/],
  ])("are a node's behind a node port: %s, %s", (profile, key, value, cure) => {
    expect(about(profile, key, value)).toMatchObject({
      level: 'warning',
      remedy: expect.stringMatching(cure) as string,
    });
  });

  it('are kept where the file says so', () => {
    const kept = config(
      [service('own', 'terminate', { annotations: { [nginx('whitelist-source-range')]: '10.0.0.0/8' } })],
      {
        service: { type: 'LoadBalancer', https: 443, annotations: {}, ipFamilies: [], externalTrafficPolicy: 'Local' },
      },
    );
    expect(profiles['traefik']!.notices(kept).map(({ code }) => code)).not.toContain('client-address-hidden');
  });

  it('do not matter to the rest', () => {
    expect(about('ingress-nginx', 'proxy-body-size', '8m')).toBeUndefined();
  });
});
