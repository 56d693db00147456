import { refuseOtherNamespaces } from '../ingress/other-namespace.ts';
import { listServiceNamespaces } from '../../kube/namespace.ts';
import type { Config, ServiceIntent } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { refuseAnnotations } from '../ingress/annotation-rules.ts';
import { noteConnectionReuse, findServicesAtRisk } from '../ingress/connection-reuse.ts';
import { noteExposure } from '../ingress/exposure-notices.ts';
import { refuseForeignImage } from '../ingress/foreign-image.ts';
import { listNames, listServices } from '../ingress/list-names.ts';
import { nginxKey, nginxPrefix } from '../ingress/nginx-annotations.ts';
import { noteUnusedSharing } from '../ingress/unused-sharing.ts';
import { endsInPod } from '../../model/mode.ts';
import type { AnnotationRule } from '../ingress/annotation-rules.ts';
import { annotationRules as ingressNginxRules } from '../ingress-nginx/refused-annotations.ts';

/**
 * What a person's own annotations may not say: all that profile ingress-nginx refuses, since the charts are to work under both,
 * and what Traefik would read as another thing.
 */
function annotationRules(config: Config): readonly AnnotationRule[] {
  return [...ingressNginxRules(config), noFastCgi];
}

const noFastCgi: AnnotationRule = {
  modes: ['terminate'],
  matches: (key) => key === nginxKey('backend-protocol'),
  allows: (value) => value.toUpperCase() !== 'FCGI',
  reason: 'Traefik speaks no FastCGI and would send plain HTTP to the pod.',
  remedy: 'Remove it and let the pod speak HTTP, or choose profile ingress-nginx.',
};

/**
 * The annotations that the provider reads, without their prefix (v3.7.13 pkg/provider/kubernetes/ingress-nginx/annotations.go,
 * IngressConfig), but for those about ModSecurity, which it reads and does nothing with. Any other is ignored without a word.
 */
const readKeys: ReadonlySet<string> = new Set([
  ...[
    'auth-type',
    'auth-secret',
    'auth-realm',
    'auth-secret-type',
    'auth-url',
    'auth-signin',
    'auth-response-headers',
    'auth-snippet',
  ],
  ...[
    'auth-method',
    'enable-global-auth',
    'auth-tls-secret',
    'auth-tls-verify-client',
    'auth-tls-pass-certificate-to-upstream',
  ],
  ...[
    'force-ssl-redirect',
    'ssl-redirect',
    'ssl-passthrough',
    'use-regex',
    'rewrite-target',
    'app-root',
    'permanent-redirect',
  ],
  ...[
    'permanent-redirect-code',
    'temporal-redirect',
    'temporal-redirect-code',
    'from-to-www-redirect',
    'server-alias',
    'affinity',
  ],
  ...[
    'affinity-canary-behavior',
    'session-cookie-name',
    'session-cookie-secure',
    'session-cookie-path',
    'session-cookie-domain',
  ],
  ...[
    'session-cookie-samesite',
    'session-cookie-max-age',
    'session-cookie-expires',
    'service-upstream',
    'upstream-hash-by',
  ],
  ...[
    'backend-protocol',
    'proxy-ssl-secret',
    'proxy-ssl-verify',
    'proxy-ssl-name',
    'proxy-ssl-server-name',
    'proxy-connect-timeout',
  ],
  ...[
    'proxy-read-timeout',
    'proxy-send-timeout',
    'proxy-next-upstream',
    'proxy-next-upstream-tries',
    'proxy-next-upstream-timeout',
  ],
  ...[
    'proxy-http-version',
    'enable-cors',
    'cors-allow-credentials',
    'cors-expose-headers',
    'cors-allow-headers',
    'cors-allow-methods',
  ],
  ...[
    'cors-allow-origin',
    'cors-max-age',
    'enable-access-log',
    'whitelist-source-range',
    'allowlist-source-range',
    'limit-rpm',
  ],
  ...[
    'limit-rps',
    'limit-burst-multiplier',
    'limit-connections',
    'custom-headers',
    'upstream-vhost',
    'x-forwarded-prefix',
  ],
  ...['custom-http-errors', 'default-backend', 'proxy-request-buffering', 'client-body-buffer-size', 'proxy-body-size'],
  ...[
    'proxy-buffering',
    'proxy-buffer-size',
    'proxy-buffers-number',
    'proxy-max-temp-file-size',
    'configuration-snippet',
  ],
  ...[
    'server-snippet',
    'canary',
    'canary-by-cookie',
    'canary-by-header',
    'canary-by-header-value',
    'canary-by-header-pattern',
  ],
  ...['canary-weight', 'canary-weight-total'],
]);

/** Of the annotations that Traefik ignores, those that keep somebody out: left undone, they let in more than was asked for. */
const guardingKeys: ReadonlySet<string> = new Set([
  ...[
    'auth-tls-match-cn',
    'auth-tls-verify-depth',
    'denylist-source-range',
    'satisfy',
    'enable-modsecurity',
    'enable-owasp-core-rules',
  ],
  ...[
    'modsecurity-snippet',
    'global-rate-limit',
    'global-rate-limit-window',
    'global-rate-limit-key',
    'limit-rate',
    'limit-rate-after',
  ],
  ...['ssl-ciphers', 'proxy-ssl-ciphers'],
]);

/** What Traefik cannot do of what is asked, errors first. */
export function notices(config: Config): readonly Notice[] {
  const errors = refuseAnnotations(config, annotationRules(config));
  const refused = new Set(errors.map(({ path }) => JSON.stringify(path)));
  const ignored = config.services.flatMap(noteIgnored).filter(({ path }) => !refused.has(JSON.stringify(path)));
  return [
    ...errors,
    ...refuseOtherNamespaces(config),
    ...refuseForeignImage(config, /(?:^|\/)(?:ingress-nginx|nginx-ingress-controller)(?=[/:@]|$)/),
    ...noteExposure(config),
    ...ignored,
    ...noteClientCertificates(config),
    ...noteUnusedSharing(config),
    ...noteConnectionReuse(config),
    noteWatchedNamespaces(config),
    ...notePooledCertificates(config),
    ...noteUpstreamSettings(config),
    ...notePassthrough(config),
  ];
}

/** One warning for each annotation of ingress-nginx that the provider does not read. */
function noteIgnored(service: ServiceIntent, index: number): readonly Notice[] {
  return Object.keys(service.annotations)
    .filter((key) => key.startsWith(nginxPrefix) && !readKeys.has(key.slice(nginxPrefix.length)))
    .map((key) => ({
      level: 'warning',
      code: 'annotation-ignored',
      message:
        `${service.name} (${service.mode}): Traefik ignores ${key}` +
        (guardingKeys.has(key.slice(nginxPrefix.length))
          ? ', which guards the service: without it more is let in than was asked for.'
          : '.'),
      remedy: 'Remove it and let the pod do it, or choose profile ingress-nginx.',
      path: ['services', index, 'annotations', key],
    }));
}

/** auth-tls-* works, but not as it does with ingress-nginx. */
function noteClientCertificates(config: Config): readonly Notice[] {
  const key = nginxKey('auth-tls-secret');
  const asking = config.services.filter(({ mode, annotations }) => !endsInPod(mode) && annotations[key] !== undefined);
  if (asking.length === 0) return [];
  const names = listNames(asking.map(({ name }) => name));
  const notice: Notice = {
    level: 'info',
    code: 'client-certificate-handshake',
    message: `Client certificates (${names}): Traefik ends the TLS handshake where one is missing or wrong; no page says why, and no access log line.`,
  };
  const atRisk = findServicesAtRisk(config);
  if (atRisk.length === 0) return [notice];
  return [
    notice,
    {
      level: 'warning',
      code: 'http2-client-certificate',
      message:
        `Client certificates (${names}): Traefik offers HTTP/2 there whatever the settings are, so a browser could send requests ` +
        `for ${listNames(atRisk.map(({ host }) => host))} down such a connection and get 404.`,
      remedy: `Give the passthrough service a host that *.${config.domain} does not cover, or let the pod ask for the certificate (\`mode: passthrough\`).`,
    },
  ];
}

function noteWatchedNamespaces(config: Config): Notice {
  const { name } = config.controller;
  const watched = listServiceNamespaces(config);
  const namespaces = `${watched.length === 1 ? 'namespace' : 'the namespaces'} ${listNames(watched)}`;
  return {
    level: 'info',
    code: 'one-namespace',
    message:
      `Controller ${name} reads ${namespaces} alone, so that it may read no other Secret of the cluster: an Ingress ` +
      `of class ${name} in another namespace is not served, and no Ingress gets an ADDRESS.`,
  };
}

function notePooledCertificates(config: Config): readonly Notice[] {
  const ended = config.services.filter(({ mode }) => !endsInPod(mode));
  if (ended.length === 0) return [];
  return [
    {
      level: 'info',
      code: 'certificates-pooled',
      message:
        `Traefik shows the certificate of any Ingress that it reads for every host that it covers, whatever hosts the ` +
        `Ingress lists (${listNames(ended.map(({ name }) => name))}): of two Secrets with the same names in them one is shown everywhere.`,
    },
  ];
}

/** The charts are those of profile ingress-nginx, and not all that they say of the hop is heard. */
function noteUpstreamSettings(config: Config): readonly Notice[] {
  const names = listServices(config, 'reencrypt');
  if (names === '') return [];
  return [
    {
      level: 'info',
      code: 'upstream-settings-ignored',
      message:
        `Reencrypt (${names}): Traefik verifies the pod's certificate, but ignores proxy-ssl-protocols and proxy-ssl-verify-depth; ` +
        'it speaks TLS 1.2 or 1.3 and takes a chain of any length.',
    },
  ];
}

function notePassthrough(config: Config): readonly Notice[] {
  const names = listServices(config, 'passthrough');
  if (names === '') return [];
  return [
    {
      level: 'info',
      code: 'passthrough-client-address',
      message: `Passthrough (${names}): the pod sees the controller's address instead of the client's, and no X-Forwarded-* header.`,
    },
  ];
}
