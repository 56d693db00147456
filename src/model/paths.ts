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
