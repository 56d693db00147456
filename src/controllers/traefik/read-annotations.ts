import { anyText, goBoolean, oneOf, type AnnotationForm, type AnnotationTable } from '../ingress/annotation-forms.ts';
import { readAnnotations as readByIngressNginx } from '../ingress-nginx/read-annotations.ts';

/**
 * The annotations that the provider reads (v3.7.13 pkg/provider/kubernetes/ingress-nginx/annotations.go, IngressConfig), but for those
 * about ModSecurity, of which it only writes into its log that it does nothing with them (translator.go, applyMiddlewares).
 */
const readKeys = [
  'auth-type auth-secret auth-realm auth-secret-type auth-url auth-signin auth-response-headers auth-snippet auth-method',
  'enable-global-auth auth-tls-secret auth-tls-verify-client auth-tls-pass-certificate-to-upstream',
  'force-ssl-redirect ssl-redirect ssl-passthrough use-regex rewrite-target app-root permanent-redirect permanent-redirect-code',
  'temporal-redirect temporal-redirect-code from-to-www-redirect server-alias affinity affinity-canary-behavior',
  'session-cookie-name session-cookie-secure session-cookie-path session-cookie-domain session-cookie-samesite',
  'session-cookie-max-age session-cookie-expires service-upstream upstream-hash-by backend-protocol proxy-ssl-secret',
  'proxy-ssl-verify proxy-ssl-name proxy-ssl-server-name proxy-connect-timeout proxy-read-timeout proxy-send-timeout',
  'proxy-next-upstream proxy-next-upstream-tries proxy-next-upstream-timeout proxy-http-version enable-cors',
  'cors-allow-credentials cors-expose-headers cors-allow-headers cors-allow-methods cors-allow-origin cors-max-age',
  'enable-access-log whitelist-source-range allowlist-source-range limit-rpm limit-rps limit-burst-multiplier limit-connections',
  'custom-headers upstream-vhost x-forwarded-prefix custom-http-errors default-backend proxy-request-buffering',
  'client-body-buffer-size proxy-body-size proxy-buffering proxy-buffer-size proxy-buffers-number proxy-max-temp-file-size',
  'configuration-snippet server-snippet canary canary-by-cookie canary-by-header canary-by-header-value',
  'canary-by-header-pattern canary-weight canary-weight-total',
].flatMap((keys) => keys.split(' '));

/** strings.EqualFold with "true": every other word is false, also 1 and t. */
const boolean: AnnotationForm = { takes: (value) => /^(?:true|false)$/i.test(value), words: 'true or false' };

/** Its rewriting is its own, and no NGINX's. */
const otherForms: AnnotationTable = new Map([
  ['rewrite-target', anyText],
  ['proxy-http-version', oneOf('1.1')],
]);

/** The charts are to work under both profiles, so what v1.15.1 does not take is not taken here either. Blanks around are part of a value. */
export const readAnnotations: AnnotationTable = new Map(
  readKeys.map((key) => {
    const form = otherForms.get(key) ?? readByIngressNginx.get(key) ?? anyText;
    if (form === goBoolean) return [key, boolean] as const;
    return [key, { ...form, takes: (value: string) => value === value.trim() && form.takes(value) }] as const;
  }),
);
