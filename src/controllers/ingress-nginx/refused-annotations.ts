import type { Config, ServiceIntent } from '../../model/config.ts';
import type { AnnotationRule } from '../ingress/annotation-rules.ts';
import { clientAuthDecides } from '../ingress/client-auth.ts';
import { findServicesAtRisk } from '../ingress/connection-reuse.ts';
import { noDirectiveText, nothingElseOnPassthrough, redirectStaysOn } from '../ingress/nginx-annotation-rules.ts';
import { classAnnotation, nginxKey, nginxPrefix } from '../ingress/nginx-annotations.ts';

const leaveOut = 'Remove it; the mode of the service sets what it needs.';

/** What a person's own annotations may not say, by v1.15.1; the first rule that fits speaks. */
export function annotationRules(config: Config, service: ServiceIntent): readonly AnnotationRule[] {
  const namespace = service.namespace ?? config.namespace;
  return [
    ...inEveryMode,
    ...clientAuthDecides(service),
    ...[nothingElseOnPassthrough, upstreamIsFixed, ...(service.protocol === 'grpc' ? [protocolIsFixed] : [])],
    ...[plainUpstream(config), noDirectiveText],
    ...[sameNamespace(namespace), authorityIsNotTheWildcard(config, namespace)],
  ];
}

const inEveryMode: readonly AnnotationRule[] = [
  {
    matches: (key) => key === classAnnotation,
    reason: 'the Ingress names its class in ingressClassName, and a second class beside it is rejected or ignored.',
    remedy: 'Remove it; controller.name decides the class.',
  },
  {
    matches: (key) => key === nginxKey('secure-backends') || key === nginxKey('secure-verify-ca-secret'),
    reason:
      'ingress-nginx removed it (0.21.0, 0.27.0) and ignores it silently, so the pod would get plain HTTP, or go unverified.',
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

const protocolIsFixed: AnnotationRule = {
  modes: ['terminate'],
  matches: (key) => key === nginxKey('backend-protocol'),
  reason: '`protocol: grpc` sets GRPC.',
  remedy: 'Remove it, or `protocol`.',
};

/** Protocols without TLS. gRPC needs HTTP/2 from the client, too, which a controller of ours may have off. */
function plainUpstream(config: Config): AnnotationRule {
  const isOff = config.controller.install !== false && findServicesAtRisk(config).length > 0;
  const plain = isOff ? ['HTTP', 'FCGI'] : ['HTTP', 'FCGI', 'GRPC'];
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

const keysOfObjects: ReadonlySet<string> = new Set(
  ['auth-tls-secret', 'auth-secret', 'auth-proxy-set-headers', 'custom-headers', 'fastcgi-params-configmap'].map(
    nginxKey,
  ),
);

/** allow-cross-namespace-resources is false (annotations/authtls/main.go, auth/main.go): every request would be refused. */
function sameNamespace(namespace: string): AnnotationRule {
  return {
    matches: (key) => keysOfObjects.has(key),
    allows: (value) => !value.includes('/') || value.trim().startsWith(`${namespace}/`),
    reason: `it names an object outside of namespace ${namespace}, which the controller may not read for this route.`,
    remedy: `Copy it to namespace ${namespace} and name it there: ${namespace}/NAME.`,
  };
}

/** A Secret without ca.crt turns the question for client certificates off (store/backend_ssl.go), and nothing says so. */
function authorityIsNotTheWildcard({ certificate }: Config, namespace: string): AnnotationRule {
  return {
    matches: (key) => key === nginxKey('auth-tls-secret'),
    allows: (value) => value.trim() !== `${namespace}/${certificate.secretName}`,
    reason: 'that Secret has the certificate of the hosts and no ca.crt, so nobody would be asked for a certificate.',
    remedy: 'Name a Secret with the authority of the clients as ca.crt.',
  };
}
