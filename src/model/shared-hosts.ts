import type { ServiceIntent } from './config.ts';
import { listHosts } from './hosts.ts';
import { endsInPod, type Mode } from './mode.ts';

/**
 * Whether a service of the mode may have a host together with others, told apart by their paths: only who reads a request knows its path,
 * and a connection that is passed through is read in the pod.
 */
export function mayShareHost(mode: Mode): boolean {
  return !endsInPod(mode);
}

/** The services of each host that more than one has, in their order. */
export function listSharedHosts<Service extends Pick<ServiceIntent, 'host' | 'moreHosts'>>(
  services: readonly Service[],
): ReadonlyMap<string, readonly Service[]> {
  const byHost = new Map<string, Service[]>();
  for (const service of services) {
    for (const host of listHosts(service)) {
      const sharing = byHost.get(host);
      if (sharing === undefined) byHost.set(host, [service]);
      else sharing.push(service);
    }
  }
  return new Map([...byHost].filter(([, sharing]) => sharing.length > 1));
}
