import { refuseOtherNamespaces } from '../ingress/other-namespace.ts';
import type { Config } from '../../model/config.ts';
import { demandsCertificate } from '../../model/client-auth.ts';
import { endsInPod } from '../../model/mode.ts';
import type { Notice } from '../../model/notice.ts';
import { annotationCodes, judgeAnnotations } from '../ingress/annotation-rules.ts';
import { clientAuthDecides } from '../ingress/client-auth.ts';
import { noteConnectionReuse } from '../ingress/connection-reuse.ts';
import { noteExposure, refusePortlessRedirect } from '../ingress/exposure-notices.ts';
import { readExposure } from '../exposure.ts';
import { postQuantumHello } from '../ingress/hello-limits.ts';
import { refuseGrpc } from '../ingress/grpc-notices.ts';
import { listNames, listServices } from '../ingress/list-names.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';
import { noteHiddenAddress, noteNamedSecrets } from '../ingress/guard-notices.ts';
import { readAnnotations as readByLaterVersions } from '../ingress-nginx/read-annotations.ts';
import { helloRemedy, secondWayRemedy } from './behaviour.ts';
import { commonNames } from './names.ts';
import { judgeHostWideAnnotations, pathCodes, refusePathExpressions } from '../ingress/path-notices.ts';
import { notePaths } from './path-notices.ts';
import { readAnnotations } from './read-annotations.ts';
import { annotationRules } from './refused-annotations.ts';

/** Of all that `notices` may say but its errors. */
export const noticeCodes: readonly string[] = [
  ...annotationCodes,
  ...pathCodes,
  'path-characters',
  'nginx-cve-2026-42945',
  'controller-retired',
  'cluster-wide-secrets',
  'shared-role',
  'upstream-unverified',
  'http2-coalescing',
  'local-traffic',
  'passthrough-split-hello',
  'passthrough-second-way',
  'passthrough-client-address',
];

/** What 0.15.0 cannot do, and what it costs to run it, errors first. */
export function notices(config: Config): readonly Notice[] {
  return [
    ...judgeAnnotations(
      config,
      {
        controller: 'ingress-nginx 0.15.0',
        rules: (service) => [...clientAuthDecides(service), ...annotationRules],
        reads: readAnnotations,
        readElsewhere: new Set(readByLaterVersions.keys()),
        otherwise: 'Remove it and let the pod do it, or choose profile ingress-nginx.',
      },
      [
        ...noteNamedSecrets(config, 'nobody may be asked for a certificate'),
        ...noteHiddenAddress(config, hiddenAddress),
        ...noteRewriteOverflow(config),
      ],
    ),
    ...refusePathExpressions(config, '0.15.0'),
    ...judgeHostWideAnnotations(config),
    ...notePaths(config),
    ...refuseOtherNamespaces(config),
    ...refuseGrpc(config, '0.15.0 speaks gRPC over TLS to the pod without verifying it.'),
    ...refusePortlessRedirect(config, '0.15.0'),
    ...refuseExposure(config),
    ...noteExposure(config),
    retirement,
    clusterWideSecrets,
    ...noteSharing(config),
    ...noteUnverifiedUpstream(config),
    ...noteConnectionReuse(config),
    ...notePassthroughLimits(config),
    ...noteSecondWay(config),
  ];
}

const retirement: Notice = {
  level: 'warning',
  code: 'controller-retired',
  message:
    'ingress-nginx 0.15.0 is of May 2018: known holes stay open, it runs as root, and its objects exist only in clusters ' +
    'before Kubernetes 1.16.',
  remedy: 'Choose profile ingress-nginx unless you are following the article on such a cluster.',
};

const clusterWideSecrets: Notice = {
  level: 'warning',
  code: 'cluster-wide-secrets',
  message: `Service account ${commonNames.serviceAccount}, which all controllers of the namespace share, may read every Secret of the cluster.`,
};

/**
 * What 2018 did not have. 0.15.0 writes the Host header into Location as it came, with the port that the client called
 * (rootfs/etc/nginx/template/nginx.tmpl, $best_http_host): from any port but 80 the redirect leads to that same port.
 */
function refuseExposure(config: Config): readonly Notice[] {
  const { http, ipFamilies } = readExposure(config);
  const found: Notice[] = [];
  if (http !== undefined && http.port !== 80) {
    found.push({
      level: 'error',
      code: 'redirect-port',
      message: `0.15.0 redirects to the port that the client called: from port ${http.port} to https://HOST:${http.port}, where no TLS is spoken.`,
      remedy: 'Set `port: 80`, or leave http out.',
      path: ['controller', 'service', 'http'],
    });
  }
  if (ipFamilies.length > 0) {
    found.push({
      level: 'error',
      code: 'ip-families',
      message: 'Services have no ipFamilies before Kubernetes 1.20, and 0.15.0 runs before 1.16.',
      remedy: 'Remove it.',
      path: ['controller', 'service', 'ipFamilies'],
    });
  }
  return found;
}

/** It runs with --enable-ssl-passthrough always, and has no setting that brings the address back behind it. */
const hiddenAddress = {
  seen: '127.0.0.1',
  cure: 'Guard by something else, or choose profile ingress-nginx, which can be told the address.',
};

/**
 * 0.15.0 puts a capture behind every target (internal/ingress/controller/template/template.go, buildProxyPass), and a question mark before
 * one is what the CVE needs. NGINX 0.6.27 to 1.30.0 have it.
 */
function noteRewriteOverflow({ services, controller }: Config): readonly Notice[] {
  const key = nginxKey('rewrite-target');
  if (controller.image !== undefined) return [];
  return services.flatMap(({ name, mode, annotations }, index): readonly Notice[] =>
    annotations[key]?.includes('?') === true
      ? [
          {
            level: 'warning',
            code: 'nginx-cve-2026-42945',
            message: `${name} (${mode}): rewrite-target with a question mark is the pattern of CVE-2026-42945, by which a request can overwrite the memory of nginx.`,
            remedy: 'Take the query out of it.',
            path: ['services', index, 'annotations', key],
          },
        ]
      : [],
  );
}

function noteSharing({ controller }: Config): readonly Notice[] {
  if (controller.sharedWith.length > 0) return [];
  return [
    {
      level: 'info',
      code: 'shared-role',
      message:
        `Role ${commonNames.role} in namespace ${controller.namespace} names the election of ${controller.name} alone. Applying it ` +
        'takes the election from any other controller there that uses the same Role.',
      remedy: 'Name the others in controller.sharedWith, for instance [ic1, ic2].',
      path: ['controller', 'sharedWith'],
    },
  ];
}

function noteUnverifiedUpstream(config: Config): readonly Notice[] {
  const names = listServices(config, 'reencrypt');
  if (names === '') return [];
  return [
    {
      level: 'warning',
      code: 'upstream-unverified',
      message:
        `Reencrypt (${names}): 0.15.0 encrypts to the pod but cannot check the pod's certificate, so whoever stands between ` +
        'controller and pod can read everything.',
      remedy: 'Choose profile ingress-nginx, which verifies it, or `mode: passthrough`.',
    },
  ];
}

function notePassthroughLimits(config: Config): readonly Notice[] {
  const names = listServices(config, 'passthrough');
  if (names === '') return [];
  return [
    {
      level: 'warning',
      code: 'passthrough-split-hello',
      message:
        `Passthrough (${names}): ${postQuantumHello} 0.15.0 looks for the host name in what its first read brings, at most 4096 bytes: a ` +
        "client whose host name is not in it gets the controller's own certificate.",
      remedy: helloRemedy,
    },
    {
      level: 'info',
      code: 'passthrough-client-address',
      message:
        `With passthrough on, no pod sees the client's address: ${names} the controller's, the other services 127.0.0.1. ` +
        '0.15.0 has no cure for it.',
    },
  ];
}

/** behaviour.ts says it of a run of verify; where the pod demands certificates nothing gets through. */
function noteSecondWay({ services }: Config): readonly Notice[] {
  const open = services.filter((service) => endsInPod(service.mode) && !demandsCertificate(service));
  if (open.length === 0) return [];
  return [
    {
      level: 'warning',
      code: 'passthrough-second-way',
      message:
        `Passthrough (${listNames(open.map(({ name }) => name))}): 0.15.0 opens TLS to the pod itself for requests that name the host in ` +
        'their Host header alone and not in the TLS hello, and reads them.',
      remedy: secondWayRemedy,
    },
  ];
}
