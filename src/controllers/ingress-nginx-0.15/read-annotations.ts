import {
  addresses,
  anyText,
  goBoolean,
  matching,
  namespacedName,
  oneOf,
  oneOfAnyCase,
  tabulate,
  url,
  wholeNumber,
} from '../ingress/annotation-forms.ts';

const location = matching(/^https?:\S*$/, 'an address with http or https');

/**
 * What 0.15.0 reads, with the values that it takes (internal/ingress/annotations, one folder for each group). It checks little: what is
 * any text here goes into nginx.conf as it stands.
 */
export const readAnnotations = tabulate(
  [
    goBoolean,
    'add-base-url auth-tls-pass-certificate-to-upstream cors-allow-credentials enable-access-log enable-cors enable-rewrite-log ' +
      'force-ssl-redirect from-to-www-redirect grpc-backend lua-resty-waf-debug secure-backends service-upstream ssl-passthrough ' +
      'ssl-redirect use-port-in-redirects x-forwarded-prefix',
  ],
  [
    wholeNumber,
    'auth-tls-verify-depth cors-max-age limit-connections limit-rate limit-rate-after limit-rpm limit-rps proxy-connect-timeout ' +
      'proxy-next-upstream-tries proxy-read-timeout proxy-send-timeout upstream-fail-timeout upstream-max-fails',
  ],
  [addresses, 'whitelist-source-range limit-whitelist'],
  [namespacedName, 'auth-tls-secret'],
  // Its pattern has no ends: none holds on, goes into nginx.conf and stops it.
  [oneOf('on', 'off', 'optional', 'optional_no_ca'), 'auth-tls-verify-client'],
  [oneOf('basic', 'digest'), 'auth-type'],
  [
    matching(/^[a-z0-9][a-z0-9.-]*$/, 'the name of a Secret of the same namespace'),
    'auth-secret secure-verify-ca-secret',
  ],
  [url(/^\S+$/, 'a URL with scheme and host'), 'auth-url'],
  [oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE'), 'auth-method'],
  [matching(/^[A-Za-z\d\-_, ]+$/, 'names of headers with commas between them'), 'auth-response-headers'],
  [matching(/^(?:https?:\/\/[A-Za-z0-9\-.]*(?::\d+)?|\*)$/, 'one origin, or *'), 'cors-allow-origin'],
  [matching(/^(?:[A-Za-z]+,?\s?)+$/, 'methods with commas between them'), 'cors-allow-methods'],
  [matching(/^(?:[A-Za-z0-9\-_]+,?\s?)+$/, 'names of headers with commas between them'), 'cors-allow-headers'],
  [oneOfAnyCase('active', 'inactive', 'simulate'), 'lua-resty-waf'],
  [location, 'permanent-redirect temporal-redirect'],
  [oneOf('cookie'), 'affinity'],
  [oneOf('index', 'md5', 'sha1'), 'session-cookie-hash'],
  [
    anyText,
    'app-root auth-realm auth-request-redirect auth-signin auth-tls-error-page base-url-scheme client-body-buffer-size ' +
      'configuration-snippet connection-proxy-header default-backend load-balance lua-resty-waf-extra-rules ' +
      'lua-resty-waf-ignore-rulesets proxy-body-size proxy-buffer-size proxy-buffering proxy-cookie-domain proxy-cookie-path ' +
      'proxy-next-upstream proxy-redirect-from proxy-redirect-to proxy-request-buffering rewrite-target server-alias server-snippet ' +
      'session-cookie-name ssl-ciphers upstream-hash-by upstream-vhost vts-filter-key',
  ],
);
