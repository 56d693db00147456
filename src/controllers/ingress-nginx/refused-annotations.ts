import type { Config } from '../../model/config.ts';
import type { AnnotationRule } from '../ingress/annotation-rules.ts';
import { findServicesAtRisk } from '../ingress/connection-reuse.ts';
import { noDirectiveText, nothingElseOnPassthrough, redirectStaysOn } from '../ingress/nginx-annotation-rules.ts';
import { classAnnotation, nginxKey, nginxPrefix } from '../ingress/nginx-annotations.ts';

const leaveOut = 'Remove it; the mode of the service sets what it needs.';

/** What a person's own annotations may not say, by v1.15.1; the first rule that fits speaks. */
export function annotationRules(config: Config): readonly AnnotationRule[] {
  return [...inEveryMode, nothingElseOnPassthrough, upstreamIsFixed, plainUpstream(config), noDirectiveText];
}

const inEveryMode: readonly AnnotationRule[] = [
  {
    matches: (key) => key === classAnnotation,
    reason: 'the Ingress names its class in ingressClassName, and a second class beside it is rejected or ignored.',
    remedy: 'Remove it; controller.name decides the class.',
  },
  {
    matches: (key) => key === nginxKey('secure-backends'),
    reason: 'ingress-nginx removed it in 0.21.0 and ignores it silently, so the pod would get plain HTTP.',
    remedy: 'Remove it and set `mode: reencrypt`.',
  },
  {
    matches: (key) => key === nginxKey('secure-verify-ca-secret'),
    reason: 'ingress-nginx removed it in 0.27.0 and verifies nothing because of it.',
    remedy: 'Remove it and set `mode: reencrypt`, which verifies the pod.',
  },
  {
    // v1.15.1 internal/ingress/controller/controller.go goes by the same ending.
    matches: (key) => key.startsWith(nginxPrefix) && key.endsWith('-snippet'),
    reason:
      'raw nginx directives can undo any mode, and the controller drops them (allow-snippet-annotations is false).',
    remedy: 'Remove it; most directives have an annotation of their own.',
  },
  {
    matches: (key) => key === nginxKey('ssl-passthrough'),
    reason: 'it decides the mode.',
    remedy: 'Remove it and set `mode: passthrough`, or keep the mode without it.',
  },
  {
    matches: (key) => key.startsWith(nginxKey('proxy-ssl-')),
    reason: 'reencrypt rests on these, and in the other modes they do nothing.',
    remedy: leaveOut,
  },
  {
    matches: (key) => key === nginxKey('canary') || key.startsWith(nginxKey('canary-')),
    reason:
      'it makes the Ingress a variant of another one for the same host, and there is none: the host would get 404.',
    remedy: 'Remove it; make the canary an Ingress of your own.',
  },
  redirectStaysOn,
];

const upstreamIsFixed: AnnotationRule = {
  modes: ['reencrypt'],
  matches: (key) => key === nginxKey('backend-protocol'),
  reason: 'the mode sets HTTPS; gRPC over TLS can be neither verified nor told a name (kubernetes/ingress-nginx#8188).',
  remedy: leaveOut,
};

/** Protocols without TLS. gRPC needs HTTP/2 from the client, too. */
function plainUpstream(config: Config): AnnotationRule {
  const plain = findServicesAtRisk(config).length > 0 ? ['HTTP', 'FCGI'] : ['HTTP', 'FCGI', 'GRPC'];
  return {
    modes: ['terminate'],
    matches: (key) => key === nginxKey('backend-protocol'),
    allows: (value) => plain.includes(value.toUpperCase()),
    reason: `in this mode the pod speaks ${plain.join(' or ')}; TLS to it would go unverified, and any other word means HTTP.`,
    remedy:
      plain.length === 3
        ? 'Remove it, or set `mode: reencrypt` for TLS to the pod.'
        : 'Remove it, or set `mode: reencrypt` for TLS to the pod; gRPC needs HTTP/2, see http2-coalescing.',
  };
}
