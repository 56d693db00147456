import type { Config, ServiceIntent, ServicePath } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { leadsTo, listPaths, takesPath } from '../../model/paths.ts';
import { groupByHost, listSharedHosts } from '../../model/shared-hosts.ts';
import { nginxKey } from '../ingress/nginx-annotations.ts';
import { rulePriority } from './rule-priority.ts';

interface OwnPath {
  readonly service: ServiceIntent;
  readonly path: ServicePath;
  /** Place among the service's. */
  readonly index: number;
}

/** Refuses exact paths whose requests Traefik would give to a prefix: it goes by the length of rules, and not by their types. */
export function refuseOutrankedPaths({ services }: Config): readonly Notice[] {
  const notices = new Map<string, Notice>();
  for (const [host, sharing] of groupByHost(services)) {
    const paths = sharing.flatMap((service) => listPaths(service).map((path, index) => ({ service, path, index })));
    const prefixes = paths.filter(({ path }) => path.type === 'Prefix');
    for (const exact of paths.filter(({ path }) => path.type === 'Exact')) {
      const rival = prefixes.find((prefix) => outranks(prefix, exact) && !leadToOne(prefix, exact));
      if (rival === undefined) continue;
      const path = ['services', services.indexOf(exact.service), 'paths', exact.index, 'type'];
      notices.set(JSON.stringify(path), {
        level: 'error',
        code: 'exact-path',
        message:
          `${exact.service.name}: Traefik would give ${exact.path.path} of ${host} to ${rival.path.path} of ${rival.service.name}: it looks ` +
          'for the longest rule first, and that of a prefix is longer than that of an exact path.',
        remedy: 'Use `type: Prefix`, by which the longest path goes first, or choose profile ingress-nginx.',
        path,
      });
    }
  }
  return [...notices.values()];
}

function outranks({ path: prefix }: OwnPath, { path: exact }: OwnPath): boolean {
  return (
    takesPath(prefix, exact.path) && rulePriority(prefix.path, prefix.type) >= rulePriority(exact.path, exact.type)
  );
}

function leadToOne(one: OwnPath, other: OwnPath): boolean {
  const [led, otherLed] = [one, other].map(({ service, path }) => JSON.stringify(leadsTo(service, path)));
  return one.service === other.service && led === otherLed;
}

/**
 * Refuses client certificates on a host that several services have. TLS options are an Ingress's own, and where those of a host differ
 * Traefik takes the default ones for all of them, which ask nobody (v3.7.13 pkg/provider/kubernetes/ingress-nginx/build.go,
 * tlsOptionName; pkg/server/aggregator.go, findConflictingRouters).
 */
export function refuseSharedClientCertificates({ services }: Config): readonly Notice[] {
  const key = nginxKey('auth-tls-secret');
  const sharing = new Map(
    [...listSharedHosts(services)].flatMap(([host, each]) => each.map((service) => [service, host])),
  );
  return services.flatMap((service, index): readonly Notice[] => {
    const host = sharing.get(service);
    if (host === undefined || service.annotations[key] === undefined) return [];
    return [
      {
        level: 'error',
        code: 'host-client-certificate',
        message: `${service.name} (${service.mode}): Traefik would ask nobody for a certificate, because ${host} is another service's as well.`,
        remedy: 'Give the service a host of its own.',
        path: ['services', index, 'annotations', key],
      },
    ];
  });
}
