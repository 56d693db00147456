import type { ServiceIntent } from './config.ts';

/** Every host name of a service, the first by which it is spoken of. */
export function listHosts({
  host,
  moreHosts = [],
}: Pick<ServiceIntent, 'host' | 'moreHosts'>): readonly [string, ...string[]] {
  return [host, ...moreHosts];
}
