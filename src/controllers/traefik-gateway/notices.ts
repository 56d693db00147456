import { listServiceNamespaces } from '../../kube/namespace.ts';
import type { Config } from '../../model/config.ts';
import { endsInPod } from '../../model/mode.ts';
import type { Notice } from '../../model/notice.ts';
import { refuseUnsaid } from '../gateway/gateway-notices.ts';
import { judgeAnnotations, type AnnotationRule } from '../ingress/annotation-rules.ts';
import { nginxPrefix } from '../ingress/nginx-annotations.ts';
import { noteConnectionReuse } from '../ingress/connection-reuse.ts';
import { noteExposure } from '../ingress/exposure-notices.ts';
import { refuseForeignImage } from '../ingress/foreign-image.ts';
import { listNames } from '../ingress/list-names.ts';
import { noteUnusedSharing } from '../ingress/unused-sharing.ts';
import { notePassthrough } from '../traefik/notices.ts';

/** Of all that `notices` may say but its errors. */
export const noticeCodes: readonly string[] = [
  'annotation-foreign',
  'sharedWith-unused',
  'http2-coalescing',
  'local-traffic',
  'watched-namespaces',
  'certificates-pooled',
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
        rules: () => [noAnnotation],
        reads: new Map(),
        readElsewhere: new Set(),
        otherwise: '',
      },
      [],
    ),
    ...refuseExisting(config),
    ...refuseUnsaid(config),
    ...noteExposure(config),
    ...noteUnusedSharing(config),
    ...noteConnectionReuse(config),
    noteWatchedNamespaces(config),
    ...notePooledCertificates(config),
    ...notePassthrough(config),
  ];
}

const noAnnotation: AnnotationRule = {
  matches: (key) => key.startsWith(nginxPrefix),
  reason: 'nobody reads it on a route of the Gateway API.',
  remedy: 'Remove it and let the pod do it, or choose profile traefik, which reads it on an Ingress.',
};

/** Of a controller that somebody else brought it is not known which Gateways it serves. */
function refuseExisting({ controller }: Config): readonly Notice[] {
  if (controller.install !== false) return [];
  return [
    {
      level: 'error',
      code: 'existing-gateway',
      message: 'profile traefik-gateway brings its own controller, which `install: false` leaves out.',
      remedy: 'Take `install: false` out, or choose profile traefik for a Traefik that is there already.',
      path: ['controller', 'install'],
    },
  ];
}

function noteWatchedNamespaces(config: Config): Notice {
  const { name } = config.controller;
  const watched = listServiceNamespaces(config);
  return {
    level: 'info',
    code: 'watched-namespaces',
    message:
      `Controller ${name} reads ${watched.length === 1 ? 'namespace' : 'the namespaces'} ${listNames(watched)} alone, so that it may read no other Secret ` +
      `of the cluster: a Gateway of class ${name} elsewhere is not served, and none gets an address in its status.`,
  };
}

function notePooledCertificates(config: Config): readonly Notice[] {
  if (config.services.every(({ mode }) => endsInPod(mode))) return [];
  return [
    {
      level: 'info',
      code: 'certificates-pooled',
      message:
        'Traefik shows the certificate of any listener for every host that it covers: of two Secrets with the same names in them one is shown everywhere.',
    },
  ];
}
