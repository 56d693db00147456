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

type Hosted = Pick<ServiceIntent, 'host' | 'moreHosts'>;

/** The services of each host that more than one has, in their order. */
export function listSharedHosts<Service extends Hosted>(
  services: readonly Service[],
): ReadonlyMap<string, readonly Service[]> {
  return new Map([...groupByHost(services)].filter(([, sharing]) => sharing.length > 1));
}

/** The services of each host, in their order. */
export function groupByHost<Service extends Hosted>(
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
  return byHost;
}
