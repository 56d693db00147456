import type { AnnotationRule } from '../ingress/annotation-rules.ts';
import { noDirectiveText, nothingElseOnPassthrough, redirectStaysOn } from '../ingress/nginx-annotation-rules.ts';
import { classAnnotation, nginxKey, nginxPrefix } from '../ingress/nginx-annotations.ts';

const setsMode: ReadonlySet<string> = new Set([nginxKey('secure-backends'), nginxKey('ssl-passthrough')]);

/** What a person's own annotations may not say, by 0.15.0 (internal/ingress/annotations); the first rule that fits speaks. */
export const annotationRules: readonly AnnotationRule[] = [
  {
    matches: (key) => key === classAnnotation,
    reason: 'controller.name decides the class, and any other one goes to another controller.',
    remedy: 'Remove it.',
  },
  {
    matches: (key) => setsMode.has(key),
    reason: 'it decides the mode.',
    remedy: 'Remove it and set `mode` instead.',
  },
  {
    matches: (key) => key === nginxKey('secure-verify-ca-secret'),
    reason: '0.15.0 reads it and never uses it, so the pod would still go unverified.',
    remedy: 'Remove it; profile ingress-nginx verifies the pod.',
  },
  {
    matches: (key) => key.startsWith(nginxPrefix) && key.endsWith('-snippet'),
    reason: 'raw nginx directives can undo any mode.',
    remedy: 'Remove it; most directives have an annotation of their own.',
  },
  redirectStaysOn,
  nothingElseOnPassthrough,
  noDirectiveText,
];
