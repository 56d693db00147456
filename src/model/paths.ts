import { listHosts } from './hosts.ts';
import type { PathRule, ServiceIntent, ServicePath } from './config.ts';

/** Of a service that names none: all of them. */
const everyPath: ServicePath = { path: '/', type: 'Prefix' };

/** The paths at which a service answers, in the order of the file. */
export function listPaths({ paths = [everyPath] }: Pick<ServiceIntent, 'paths'>): readonly ServicePath[] {
  return paths;
}

/** Whether a rule takes a request for a path: a prefix does so by whole elements (kubernetes.io/docs: Ingress, Path types). */
export function takesPath({ path, type }: PathRule, requested: string): boolean {
  if (type === 'Exact') return requested === path;
  const elements = path.replace(/\/$/, '');
  return requested === elements || requested.startsWith(`${elements}/`);
}

/** The rule that has a request: an exact one before all, then the longest (same place, Multiple matches). */
export function findTaker<Rule extends PathRule>(rules: readonly Rule[], requested: string): Rule | undefined {
  const taking = rules.filter((rule) => takesPath(rule, requested));
  const rank = ({ path, type }: PathRule): number => (type === 'Exact' ? Infinity : path.length);
  return taking.find((rule) => taking.every((other) => rank(other) <= rank(rule)));
}

/** A port of a Service that is there already. */
export interface ServicePort {
  readonly name: string;
  readonly port: number | string;
}

/** Where a path leads; undefined: to the chart's own Service. */
export function leadsTo({ service }: Pick<ServiceIntent, 'service'>, path: ServicePath): ServicePort | undefined {
  if (path.service !== undefined) return path.service;
  return service === undefined ? undefined : { name: service.name, port: path.port ?? service.port };
}

/** All ports of Services that are there already and that a service leads to, each once. */
export function listServicePorts(service: Pick<ServiceIntent, 'service' | 'paths'>): readonly ServicePort[] {
  const led = listPaths(service).flatMap((path) => leadsTo(service, path) ?? []);
  return [...new Map(led.map((each) => [`${each.name} ${JSON.stringify(each.port)}`, each])).values()];
}

/**
 * The path at which a service itself answers and no other of its hosts' services: the root where that is so, else one of its paths, or
 * one below it.
 */
export function findEntryPath<Service extends Pick<ServiceIntent, 'host' | 'moreHosts' | 'paths' | 'service'>>(
  service: Service,
  services: readonly Service[],
): string {
  if (service.paths === undefined && services.length < 2) return everyPath.path;
  const rules = [service, ...services.filter((other) => other !== service && haveCommonHost(service, other))].flatMap(
    (owner) => listPaths(owner).map(({ path, type, ...led }) => ({ path, type, led, owner })),
  );
  const own = rules.filter(({ owner, led }) => owner === service && led.service === undefined);
  const candidates = own.flatMap(({ path, type }) =>
    type === 'Exact' ? [path] : [path, `${path.replace(/\/$/, '')}/${inventElement(rules)}`],
  );
  const isOwn = (candidate: string): boolean => {
    const taker = findTaker(rules, candidate);
    return taker !== undefined && own.includes(taker);
  };
  return [everyPath.path, ...candidates].find(isOwn) ?? everyPath.path;
}

/** An element that stands in no path of these. */
function inventElement(rules: readonly PathRule[]): string {
  let element = 'ingress-tls';
  while (rules.some(({ path }) => path.includes(`/${element}`))) element += '-x';
  return element;
}

/** Whether requests for a host of one may be meant for the other. */
export function haveCommonHost(
  one: Pick<ServiceIntent, 'host' | 'moreHosts'>,
  other: Pick<ServiceIntent, 'host' | 'moreHosts'>,
): boolean {
  const hosts = listHosts(other);
  return listHosts(one).some((host) => hosts.includes(host));
}
