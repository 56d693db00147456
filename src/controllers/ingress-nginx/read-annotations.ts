import {
  addresses,
  anyText,
  goBoolean,
  matching,
  matchingSpaced,
  namespacedName,
  objectName,
  oneOf,
  oneOfAnyCase,
  onOff,
  size,
  tabulate,
  url,
  wholeNumber,
} from '../ingress/annotation-forms.ts';

/** Character classes of v1.15.1 internal/ingress/annotations/parser/validators.go. */
const basic = String.raw`\-._~a-zA-Z0-9\/:`;
const basicText = matchingSpaced(new RegExp(`^[${basic}]*$`), 'letters, digits and - . _ ~ / :');
const urlText = matchingSpaced(
  new RegExp(`^[${basic},?&=]*$`),
  'an address of letters, digits and - . _ ~ / : , ? & =',
);
const urlWithVariables = new RegExp(`^[${basic}, ?&=$]*$`);
const pathWithCapture = new RegExp(`^/?[${basic}$]*$`);
const variables = matchingSpaced(/^[A-Za-z0-9\-_${}]*$/, 'letters, digits, - _ and variables of nginx');
const headers = matchingSpaced(/^[A-Za-z0-9\-_, ]*$/, 'names of headers with commas between them');
const serverName = matching(
  new RegExp(`^[${basic}^$[\\](){}*+?|&=\\\\, ]*$`),
  'names of hosts, which may be regular expressions',
);

/**
 * What v1.15.1 reads, with the values that it takes: internal/ingress/annotations, one folder for each group, and parser/validators.go.
 * Validation is on (pkg/flags/flags.go, --enable-annotation-validation), so a value that does not pass counts as absent, or closes the host.
 */
export const readAnnotations = tabulate(
  [
    goBoolean,
    'auth-always-set-cookie auth-keepalive-share-vars auth-tls-pass-certificate-to-upstream canary cors-allow-credentials ' +
      'disable-proxy-intercept-errors enable-access-log enable-cors enable-global-auth enable-modsecurity enable-opentelemetry ' +
      'enable-owasp-core-rules enable-rewrite-log force-ssl-redirect from-to-www-redirect http2-push-preload ' +
      'opentelemetry-trust-incoming-span preserve-trailing-slash relative-redirects service-upstream ' +
      'session-cookie-change-on-failure session-cookie-conditional-samesite-none session-cookie-secure ssl-passthrough ' +
      'ssl-prefer-server-ciphers ssl-redirect upstream-hash-by-subset use-port-in-redirects use-regex',
  ],
  [
    wholeNumber,
    'auth-keepalive auth-keepalive-requests auth-keepalive-timeout auth-tls-verify-depth canary-weight canary-weight-total cors-max-age ' +
      'limit-burst-multiplier limit-connections limit-rate limit-rate-after limit-rpm limit-rps permanent-redirect-code ' +
      'proxy-buffers-number proxy-connect-timeout proxy-next-upstream-timeout proxy-next-upstream-tries proxy-read-timeout ' +
      'proxy-send-timeout proxy-ssl-verify-depth temporal-redirect-code upstream-hash-by-subset-size',
  ],
  [addresses, 'allowlist-source-range whitelist-source-range denylist-source-range limit-allowlist limit-whitelist'],
  [size, 'client-body-buffer-size proxy-body-size proxy-buffer-size proxy-busy-buffers-size proxy-max-temp-file-size'],
  [onOff, 'mirror-request-body proxy-buffering proxy-request-buffering proxy-ssl-server-name proxy-ssl-verify'],
  [anyText, 'auth-snippet configuration-snippet modsecurity-snippet server-snippet stream-snippet'],
  [basicText, 'canary-by-cookie canary-by-header canary-by-header-value session-cookie-domain session-cookie-name'],
  [serverName, 'canary-by-header-pattern mirror-host mirror-target proxy-ssl-name server-alias upstream-vhost'],
  [
    urlText,
    'auth-request-redirect auth-signin-redirect-param permanent-redirect proxy-cookie-path proxy-redirect-from proxy-redirect-to ' +
      'session-cookie-path temporal-redirect',
  ],
  // parser.StringToURL refuses what has no scheme or host, and closes the host.
  [url(urlWithVariables, 'a URL with scheme and host'), 'auth-url'],
  [matchingSpaced(urlWithVariables, 'a URL'), 'auth-signin'],
  [namespacedName, 'auth-tls-secret proxy-ssl-secret'],
  [objectName, 'auth-proxy-set-headers auth-secret custom-headers fastcgi-params-configmap'],
  [oneOf('on', 'off', 'optional', 'optional_no_ca'), 'auth-tls-verify-client'],
  // Without this beginning or with a broken expression nobody's name is looked at (parser.CommonNameAnnotationValidator).
  [{ takes: isCommonName, words: 'CN= and a regular expression' }, 'auth-tls-match-cn'],
  [
    matchingSpaced(
      /^(?:@[A-Za-z0-9_-]+|(?:(?:https?:\/\/)?[A-Za-z0-9\-.]+(?::\d+)?)?(?:\/[A-Za-z0-9\-_.]+)*\/?)$/,
      'an address or a path without query',
    ),
    'auth-tls-error-page',
  ],
  [oneOf('basic', 'digest'), 'auth-type'],
  [oneOf('auth-file', 'auth-map'), 'auth-secret-type'],
  [matching(new RegExp(`^[${basic} ]*$`), 'letters, digits, blanks and - . _ ~ / :'), 'auth-realm'],
  [oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'), 'auth-method'],
  [variables, 'auth-cache-key modsecurity-transaction-id upstream-hash-by'],
  [{ takes: areCacheDurations, words: 'statuses and a time, such as 200 202 401 5m' }, 'auth-cache-duration'],
  [headers, 'auth-response-headers cors-allow-headers'],
  [oneOf('any', 'all'), 'satisfy'],
  [oneOfAnyCase('auto_http', 'http', 'https', 'grpc', 'grpcs', 'fcgi'), 'backend-protocol'],
  [oneOf('close', 'keep-alive'), 'connection-proxy-header'],
  [
    matchingSpaced(
      /^(?:(?:(?:(?:[a-z]+:\/\/)?(?:\*\.)?[A-Za-z0-9\-.]*(?::\d+)?,?)|null)+|\*)?$/,
      'origins such as https://*.example.org with commas between them, null or *',
    ),
    'cors-allow-origin',
  ],
  [matchingSpaced(/^[A-Za-z,]+$/, 'methods with commas between them'), 'cors-allow-methods'],
  [matchingSpaced(/^[A-Za-z0-9\-_*,]+$/, 'names of headers with commas between them, or *'), 'cors-expose-headers'],
  [matchingSpaced(/^(?:[4,5]\d{2},?)*$/, 'statuses from 400 to 599 with commas between them'), 'custom-http-errors'],
  [matching(/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/, 'the name of a Service of the same namespace'), 'default-backend'],
  [matchingSpaced(/^[A-Za-z0-9.\-_]+$/, 'the name of a file'), 'fastcgi-index'],
  [oneOf('round_robin', 'chash', 'chashsubset', 'sticky_balanced', 'sticky_persistent', 'ewma'), 'load-balance'],
  [matchingSpaced(/^[A-Za-z0-9_-]*$/, 'letters, digits, - and _'), 'opentelemetry-operation-name'],
  [
    matching(new RegExp(`^(?:off|[${basic}]+\\s+[${basic}]+)$`), 'off, or two domains with a blank between them'),
    'proxy-cookie-domain',
  ],
  [
    matching(
      /^(?:(?:error|timeout|invalid_header|http_50[0234]|http_40[34]|http_429|non_idempotent|off)\s?)+$/,
      'words of proxy_next_upstream with blanks between them',
    ),
    'proxy-next-upstream',
  ],
  [oneOf('1.0', '1.1'), 'proxy-http-version'],
  [matchingSpaced(/^[A-Za-z0-9+:_\-!]*$/, "OpenSSL's names of ciphers"), 'proxy-ssl-ciphers'],
  [matching(/^(?:TLSv1\.[23] *)+$/, 'TLSv1.2, TLSv1.3 or both with a blank between them'), 'proxy-ssl-protocols'],
  [
    matching(
      pathWithCapture,
      'a path of letters, digits and - . _ ~ / : $; with a ? before a capture it would also be the pattern of CVE-2026-42945',
    ),
    'rewrite-target',
  ],
  [matching(new RegExp(`^/[${basic}$]*$`), 'a path of letters, digits and - . _ ~ / : $'), 'app-root'],
  [matchingSpaced(pathWithCapture, 'a path of letters, digits and - . _ ~ / : $'), 'x-forwarded-prefix'],
  [oneOf('cookie'), 'affinity'],
  [oneOf('balanced', 'persistent'), 'affinity-mode'],
  [oneOf('sticky', 'legacy'), 'affinity-canary-behavior'],
  [matching(/^(?:0|-?[1-9]\d*)$/, 'seconds as a whole number'), 'session-cookie-expires session-cookie-max-age'],
  [oneOfAnyCase('none', 'lax', 'strict'), 'session-cookie-samesite'],
  [matchingSpaced(/^[A-Za-z0-9!:+\-_@=]*$/, "OpenSSL's names of ciphers"), 'ssl-ciphers'],
);

/** Read by versions before v1.15.1 and no more. */
export const formerAnnotations: readonly string[] = [
  'add-base-url base-url-scheme grpc-backend influxdb-host influxdb-measurement influxdb-port influxdb-server-name',
  'enable-influxdb enable-opentracing opentracing-trust-incoming-span opentracing-operation-name mirror-uri session-cookie-hash',
  'global-rate-limit global-rate-limit-window global-rate-limit-key global-rate-limit-header-based global-rate-limit-ignored-cidrs',
  'lua-resty-waf lua-resty-waf-debug lua-resty-waf-ignore-rulesets lua-resty-waf-extra-rules lua-resty-waf-allow-unknown-content-types',
  'secure-backends secure-verify-ca-secret upstream-fail-timeout upstream-max-fails vts-filter-key',
].flatMap((keys) => keys.split(' '));

function isCommonName(value: string): boolean {
  if (!value.startsWith('CN=')) return false;
  try {
    // Go's expressions are nearly these; what both know is what people write.
    return new RegExp(value.slice(3)).source !== '';
  } catch {
    return false;
  }
}

/** Statuses, then a time, for each part between commas (v1.15.1 annotations/authreq/main.go, ValidCacheDuration). */
function areCacheDurations(value: string): boolean {
  return value.split(',').every((part) => /^\s*(?:\d{3}\s+)*\d+(?:ms|[smhdwMy])\s*$/.test(part));
}
