/** Prefix of both profiles' annotations; v1.15.1 and 0.15.0 have the same default of --annotations-prefix. */
export const nginxPrefix = 'nginx.ingress.kubernetes.io/';

/** How an Ingress named its class before Kubernetes 1.18. */
export const classAnnotation = 'kubernetes.io/ingress.class';

/** `key` with the prefix. */
export function nginxKey(key: string): string {
  return `${nginxPrefix}${key}`;
}

/** The same annotations with the prefix on every key. */
export function withNginxPrefix(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).map(([key, value]) => [nginxKey(key), value]));
}

/** Keys that decide who is let in, or with which protection. Where a controller ignores one, more is let in than was asked for. */
export const guardingKeys: ReadonlySet<string> = new Set(
  [
    'auth-type auth-secret auth-secret-type auth-url auth-method auth-proxy-set-headers auth-snippet enable-global-auth',
    'auth-tls-secret auth-tls-verify-client auth-tls-verify-depth auth-tls-match-cn auth-tls-pass-certificate-to-upstream',
    'allowlist-source-range whitelist-source-range denylist-source-range satisfy',
    'limit-rpm limit-rps limit-connections limit-rate limit-rate-after',
    'global-rate-limit global-rate-limit-window global-rate-limit-key',
    'enable-modsecurity enable-owasp-core-rules modsecurity-snippet lua-resty-waf lua-resty-waf-extra-rules',
    'ssl-ciphers ssl-prefer-server-ciphers ssl-passthrough force-ssl-redirect ssl-redirect',
    'backend-protocol secure-backends secure-verify-ca-secret',
    'proxy-ssl-secret proxy-ssl-verify proxy-ssl-verify-depth proxy-ssl-name proxy-ssl-server-name proxy-ssl-protocols',
    'proxy-ssl-ciphers',
  ].flatMap((keys) => keys.split(' ')),
);

/** What these need beside them to do anything, in every version. */
export const guardsNeeding: ReadonlyMap<string, string> = new Map(
  (
    [
      [
        'auth-tls-secret',
        'auth-tls-verify-client auth-tls-verify-depth auth-tls-match-cn auth-tls-pass-certificate-to-upstream',
      ],
      ['auth-type', 'auth-secret auth-secret-type auth-realm'],
      ['auth-url', 'auth-method auth-signin auth-proxy-set-headers auth-response-headers'],
    ] as const
  ).flatMap(([needed, keys]) => keys.split(' ').map((key) => [key, needed] as const)),
);
