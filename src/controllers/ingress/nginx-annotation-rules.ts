import type { AnnotationRule } from './annotation-rules.ts';
import { nginxKey, nginxPrefix } from './nginx-annotations.ts';

const redirects: ReadonlySet<string> = new Set([nginxKey('ssl-redirect'), nginxKey('force-ssl-redirect')]);

/** Plain HTTP on port 80 is redirected in every mode. */
export const redirectStaysOn: AnnotationRule = {
  matches: (key) => redirects.has(key),
  allows: (value) => value === 'true',
  reason: 'port 80 would answer in plain text, or hand a passthrough request unencrypted to the pod.',
  remedy: 'Remove it, or set it to "true".',
};

/** What nginx does not see it cannot limit, rewrite or check: silence would be a false promise. */
export const nothingElseOnPassthrough: AnnotationRule = {
  modes: ['passthrough'],
  matches: (key) => key.startsWith(nginxPrefix) && !redirects.has(key),
  reason:
    'the connection goes to the pod unopened, so nginx does nothing that it asks for; and what falls back to nginx would ' +
    'be answered as if all were well.',
  remedy: 'Remove it and let the pod do it, or choose `mode: reencrypt`.',
};

/** Values end up in nginx.conf; injection through them has a history (CVE-2026-3288, CVE-2026-4342 among others). */
export const noDirectiveText: AnnotationRule = {
  matches: (key) => key.startsWith(nginxPrefix),
  allows: (value) => !/[\p{Cc};{}#"]/u.test(value),
  reason: 'its value holds a control character or one of ; { } # " and could be read as nginx directives.',
  remedy: 'Take the character out.',
};
