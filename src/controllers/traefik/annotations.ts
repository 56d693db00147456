/**
 * The annotations that the provider reads, without their prefix (v3.7.13 pkg/provider/kubernetes/ingress-nginx/annotations.go,
 * IngressConfig), but for those about ModSecurity, which it reads and does nothing with. Any other is ignored without a word.
 */
export const readKeys: ReadonlySet<string> = new Set([
  ...['auth-type', 'auth-secret', 'auth-realm', 'auth-secret-type', 'auth-url', 'auth-signin', 'auth-response-headers', 'auth-snippet'],
  ...['auth-method', 'enable-global-auth', 'auth-tls-secret', 'auth-tls-verify-client', 'auth-tls-pass-certificate-to-upstream'],
  ...['force-ssl-redirect', 'ssl-redirect', 'ssl-passthrough', 'use-regex', 'rewrite-target', 'app-root', 'permanent-redirect'],
  ...['permanent-redirect-code', 'temporal-redirect', 'temporal-redirect-code', 'from-to-www-redirect', 'server-alias', 'affinity'],
  ...['affinity-canary-behavior', 'session-cookie-name', 'session-cookie-secure', 'session-cookie-path', 'session-cookie-domain'],
  ...['session-cookie-samesite', 'session-cookie-max-age', 'session-cookie-expires', 'service-upstream', 'upstream-hash-by'],
  ...['backend-protocol', 'proxy-ssl-secret', 'proxy-ssl-verify', 'proxy-ssl-name', 'proxy-ssl-server-name', 'proxy-connect-timeout'],
  ...['proxy-read-timeout', 'proxy-send-timeout', 'proxy-next-upstream', 'proxy-next-upstream-tries', 'proxy-next-upstream-timeout'],
  ...['proxy-http-version', 'enable-cors', 'cors-allow-credentials', 'cors-expose-headers', 'cors-allow-headers', 'cors-allow-methods'],
  ...['cors-allow-origin', 'cors-max-age', 'enable-access-log', 'whitelist-source-range', 'allowlist-source-range', 'limit-rpm'],
  ...['limit-rps', 'limit-burst-multiplier', 'limit-connections', 'custom-headers', 'upstream-vhost', 'x-forwarded-prefix'],
  ...['custom-http-errors', 'default-backend', 'proxy-request-buffering', 'client-body-buffer-size', 'proxy-body-size'],
  ...['proxy-buffering', 'proxy-buffer-size', 'proxy-buffers-number', 'proxy-max-temp-file-size', 'configuration-snippet'],
  ...['server-snippet', 'canary', 'canary-by-cookie', 'canary-by-header', 'canary-by-header-value', 'canary-by-header-pattern'],
  ...['canary-weight', 'canary-weight-total'],
]);

/** Of the annotations that Traefik ignores, those that keep somebody out: left undone, they let in more than was asked for. */
export const guardingKeys: ReadonlySet<string> = new Set([
  ...['auth-tls-match-cn', 'auth-tls-verify-depth', 'denylist-source-range', 'satisfy', 'enable-modsecurity', 'enable-owasp-core-rules'],
  ...['modsecurity-snippet', 'global-rate-limit', 'global-rate-limit-window', 'global-rate-limit-key', 'limit-rate', 'limit-rate-after'],
  ...['ssl-ciphers', 'proxy-ssl-ciphers'],
]);
