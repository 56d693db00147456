import type { Config, ServiceIntent } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { listPaths } from '../../model/paths.ts';
import { groupByHost, listSharedHosts } from '../../model/shared-hosts.ts';
import { listNames } from './list-names.ts';
import { guardingKeys, nginxKey } from './nginx-annotations.ts';

/** Codes of what is said here beside errors. */
export const pathCodes = ['host-wide-annotation'];

/**
 * Refuses the annotations with which all paths of a host become regular expressions, compared in any case of letters
 * (kubernetes/ingress-nginx@v1.15.1 internal/ingress/controller/template/template.go, enforceRegexModifier; 0.15.0 the same file,
 * buildLocation; traefik@v3.7.13 pkg/provider/kubernetes/ingress-nginx/translator.go, buildRule): other services' requests, and such as
 * the file does not name, would arrive. Where a service has all paths of its hosts there is nothing to compare.
 */
export function refusePathExpressions({ services }: Config, product: string): readonly Notice[] {
  const byHost = groupByHost(services);
  const divided = new Set([...byHost.values()].filter((sharing) => sharing.some(hasPaths)).flat());
  return [...divided].flatMap((service) =>
    ['rewrite-target', 'use-regex'].map(nginxKey).flatMap((key): readonly Notice[] =>
      service.annotations[key] === undefined
        ? []
        : [
            {
              level: 'error',
              code: 'path-expressions',
              message:
                `${service.name} (${service.mode}): with annotation ${key} ${product} reads the paths of ${service.host} as regular ` +
                'expressions, and /api has requests for /apis as well.',
              remedy:
                'Remove it and let the pod serve the paths as they are, or give the service a host of its own, without paths.',
              path: ['services', services.indexOf(service), 'annotations', key],
            },
          ],
    ),
  );
}

/** Whether a service has some paths of its hosts, and not all of them. */
function hasPaths(service: ServiceIntent): boolean {
  return listPaths(service).some(({ path, type }) => path !== '/' || type === 'Exact');
}

const hostWideKeys = [
  ...['secret', 'verify-client', 'verify-depth', 'match-cn', 'error-page', 'pass-certificate-to-upstream'].map(
    (key) => `auth-tls-${key}`,
  ),
  ...['ssl-ciphers', 'ssl-prefer-server-ciphers', 'server-alias', 'from-to-www-redirect'],
].map(nginxKey);

/**
 * Annotations that nginx has for a host and not for a path, where the services of a host do not agree: the first Ingress that says one
 * decides for all (v1.15.1 and 0.15.0 internal/ingress/controller/controller.go, createServers and getBackendServers). A guard that
 * holds for others too, or not at all, is an error.
 */
export function judgeHostWideAnnotations({ services }: Config): readonly Notice[] {
  const notices = new Map<string, Notice>();
  for (const [host, sharing] of listSharedHosts(services)) {
    for (const key of hostWideKeys) {
      if (new Set(sharing.map(({ annotations }) => annotations[key])).size === 1) continue;
      for (const service of sharing.filter(({ annotations }) => annotations[key] !== undefined)) {
        const path = ['services', services.indexOf(service), 'annotations', key];
        const others = listNames(sharing.filter((other) => other !== service).map(({ name }) => name));
        notices.set(JSON.stringify(path), {
          level: guardingKeys.has(key.slice(nginxKey('').length)) ? 'error' : 'warning',
          code: 'host-wide-annotation',
          message:
            `${service.name} (${service.mode}): annotation ${key} is for the whole host ${host}, for ${others} too, and of several the ` +
            'first counts.',
          remedy: 'Give all services of the host the same, or this one a host of its own.',
          path,
        });
      }
    }
  }
  return [...notices.values()];
}
