import { refuseOtherNamespaces } from '../ingress/other-namespace.ts';
import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { annotationCodes, judgeAnnotations } from '../ingress/annotation-rules.ts';
import { noteConnectionReuse } from '../ingress/connection-reuse.ts';
import { noteExposure, refusePortlessRedirect } from '../ingress/exposure-notices.ts';
import { postQuantumHello } from '../ingress/hello-limits.ts';
import { refuseForeignImage } from '../ingress/foreign-image.ts';
import { noteAddressHiddenOnTheWay, noteNamedSecrets } from '../ingress/guard-notices.ts';
import { refuseGrpc } from '../ingress/grpc-notices.ts';
import { listServices } from '../ingress/list-names.ts';
import { noteUnusedSharing } from '../ingress/unused-sharing.ts';
import { judgeHostWideAnnotations, pathCodes, refusePathExpressions } from '../ingress/path-notices.ts';
import { formerAnnotations, readAnnotations } from './read-annotations.ts';
import { annotationRules } from './refused-annotations.ts';

/** Of all that `notices` may say but its errors. */
export const noticeCodes: readonly string[] = [
  ...annotationCodes,
  ...pathCodes,
  'controller-retired',
  'sharedWith-unused',
  'http2-coalescing',
  'local-traffic',
  'passthrough-split-hello',
  'passthrough-client-address',
  'nginx-cve-2026-1642',
];

/** What this controller cannot do of what is asked, errors first. */
export function notices(config: Config): readonly Notice[] {
  return [
    ...refuseForeignImage(config, /(?:^|\/)traefik(?=[:@]|$)/),
    ...judgeAnnotations(
      config,
      {
        controller: 'ingress-nginx v1.15.1',
        rules: (service) => annotationRules(config, service),
        reads: readAnnotations,
        readElsewhere: new Set(formerAnnotations),
        otherwise: 'Remove it and let the pod do it.',
      },
      [...noteNamedSecrets(config, 'nobody is asked for a certificate'), ...noteAddressHiddenOnTheWay(config)],
    ),
    ...refusePathExpressions(config, 'ingress-nginx'),
    ...judgeHostWideAnnotations(config),
    ...refuseOtherNamespaces(config),
    ...refuseGrpc(
      config,
      'v1.15.1 speaks gRPC over TLS to the pod without verifying it (kubernetes/ingress-nginx#8188).',
    ),
    ...refusePortlessRedirect(config, 'ingress-nginx'),
    ...noteExposure(config),
    ...noteRetirement(config),
    ...noteUnusedSharing(config),
    ...noteConnectionReuse(config),
    ...notePassthroughLimits(config),
    ...noteUpstreamInjection(config),
  ];
}

function noteRetirement({ controller }: Config): readonly Notice[] {
  const remedy =
    'Choose a maintained controller, --profile traefik, or set controller.image to the image of a maintained fork, for instance of ' +
    'chainguard-forks/ingress-nginx or forkline/ingress-nginx.';
  const retired =
    'ingress-nginx was retired in March 2026: v1.15.1 is the last release, and nobody mends what is found in it.';
  return [
    controller.image === undefined
      ? { level: 'warning', code: 'controller-retired', message: retired, remedy }
      : {
          level: 'info',
          code: 'controller-retired',
          message: `${retired} controller.image replaces it; the image must take the arguments of v1.15.1.`,
          path: ['controller', 'image'],
        },
  ];
}

function notePassthroughLimits(config: Config): readonly Notice[] {
  const names = listServices(config, 'passthrough');
  if (names === '') return [];
  return [
    {
      // A fork may have mended it: forkline has.
      level: config.controller.image === undefined ? 'warning' : 'info',
      code: 'passthrough-split-hello',
      message:
        `Passthrough (${names}): ${postQuantumHello} v1.15.1 reads the first alone: where the host name is not in it, the client ` +
        `gets the controller's own certificate and an error (kubernetes/ingress-nginx#11424, #12746, never mended).`,
      remedy:
        'Choose profile traefik, which waits for the rest, or set controller.image to a fork that has the fix, for instance of ' +
        'forkline/ingress-nginx.',
    },
    {
      level: 'info',
      code: 'passthrough-client-address',
      message: `Passthrough (${names}): the pod sees the controller's address instead of the client's, and no X-Forwarded-* header.`,
    },
  ];
}

function noteUpstreamInjection(config: Config): readonly Notice[] {
  const names = listServices(config, 'reencrypt');
  if (names === '' || config.controller.image !== undefined) return [];
  return [
    {
      level: 'info',
      code: 'nginx-cve-2026-1642',
      message:
        `Reencrypt (${names}): CVE-2026-1642 is open in the NGINX 1.27.1 of this image (kubernetes/ingress-nginx#14528). Somebody ` +
        `between controller and pod can slip plain text into an answer, verification or not.`,
      remedy: 'Set controller.image to a fork with an NGINX newer than 1.29.4.',
    },
  ];
}
