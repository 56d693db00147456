import { refuseOtherNamespaces } from '../ingress/other-namespace.ts';
import { listServiceNamespaces } from '../../kube/namespace.ts';
import type { Config, ServiceIntent } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { annotationCodes, judgeAnnotations } from '../ingress/annotation-rules.ts';
import { noteConnectionReuse, findServicesAtRisk } from '../ingress/connection-reuse.ts';
import { noteExposure } from '../ingress/exposure-notices.ts';
import { refuseForeignImage } from '../ingress/foreign-image.ts';
import { noteAddressHiddenOnTheWay, noteNamedSecrets } from '../ingress/guard-notices.ts';
import { refuseGrpc } from '../ingress/grpc-notices.ts';
import { listNames, listServices } from '../ingress/list-names.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';
import { noteUnusedSharing } from '../ingress/unused-sharing.ts';
import { asksAtController } from '../../model/client-auth.ts';
import { endsInPod } from '../../model/mode.ts';
import type { AnnotationRule } from '../ingress/annotation-rules.ts';
import { formerAnnotations, readAnnotations as readByIngressNginx } from '../ingress-nginx/read-annotations.ts';
import { annotationRules as ingressNginxRules } from '../ingress-nginx/refused-annotations.ts';
import { refusePathExpressions } from '../ingress/path-notices.ts';
import { refuseOutrankedPaths, refuseSharedClientCertificates } from './path-notices.ts';
import { readAnnotations } from './read-annotations.ts';

/**
 * What a person's own annotations may not say: all that profile ingress-nginx refuses, since the charts are to work under both,
 * and what Traefik would read as another thing.
 */
function annotationRules(config: Config, service: ServiceIntent): readonly AnnotationRule[] {
  return [...ingressNginxRules(config, service), noFastCgi];
}

const noFastCgi: AnnotationRule = {
  modes: ['terminate'],
  matches: (key) => key === nginxKey('backend-protocol'),
  allows: (value) => value.toUpperCase() !== 'FCGI',
  reason: 'Traefik speaks no FastCGI and would send plain HTTP to the pod.',
  remedy: 'Remove it and let the pod speak HTTP, or choose profile ingress-nginx.',
};

/** Of all that `notices` may say but its errors. */
export const noticeCodes: readonly string[] = [
  ...annotationCodes,
  'client-certificate-handshake',
  'http2-client-certificate',
  'sharedWith-unused',
  'http2-coalescing',
  'local-traffic',
  'one-namespace',
  'certificates-pooled',
  'upstream-settings-ignored',
  'passthrough-client-address',
];

/** What Traefik cannot do of what is asked, errors first. */
export function notices(config: Config): readonly Notice[] {
  return [
    ...refuseForeignImage(config, /(?:^|\/)(?:ingress-nginx|nginx-ingress-controller)(?=[/:@]|$)/),
    ...judgeAnnotations(
      config,
      {
        controller: 'Traefik',
        rules: (service) => annotationRules(config, service),
        reads: readAnnotations,
        readElsewhere: new Set([...readByIngressNginx.keys(), ...formerAnnotations]),
        otherwise: 'Remove it and let the pod do it, or choose profile ingress-nginx.',
      },
      [...noteNamedSecrets(config, 'nobody is served either'), ...noteAddressHiddenOnTheWay(config)],
    ),
    ...refusePathExpressions(config, 'Traefik'),
    ...refuseSharedClientCertificates(config),
    ...refuseOutrankedPaths(config),
    ...refuseOtherNamespaces(config),
    ...refuseGrpc(config),
    ...refuseDepth(config),
    ...noteExposure(config),
    ...noteClientCertificates(config),
    ...noteUnusedSharing(config),
    ...noteConnectionReuse(config),
    noteWatchedNamespaces(config),
    ...notePooledCertificates(config),
    ...noteUpstreamSettings(config),
    ...notePassthrough(config),
  ];
}

/** It reads no auth-tls-verify-depth (v3.7.13 pkg/provider/kubernetes/ingress-nginx/annotations.go), and takes a chain of any length. */
function refuseDepth({ services }: Config): readonly Notice[] {
  return services.flatMap((service, index): readonly Notice[] =>
    service.clientAuthDetails?.depth === undefined
      ? []
      : [
          {
            level: 'error',
            code: 'client-auth-depth',
            message: `${service.name} (${service.mode}): Traefik takes chains of client certificates of any length, whatever clientAuth.depth says.`,
            remedy:
              'Take depth out and name the authority that signs the clients themselves, or choose profile ingress-nginx.',
            path: ['services', index, 'clientAuth', 'depth'],
          },
        ],
  );
}

/** auth-tls-* works, but not as it does with ingress-nginx. */
function noteClientCertificates(config: Config): readonly Notice[] {
  const key = nginxKey('auth-tls-secret');
  const asking = config.services.filter(
    (service) => asksAtController(service) || (!endsInPod(service.mode) && service.annotations[key] !== undefined),
  );
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

export function notePassthrough(config: Config): readonly Notice[] {
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
