import { printProject } from '../kube/ownership.ts';
import type { ObjectName } from '../model/changes.ts';
import type { Config } from '../model/config.ts';
import type { DesiredProject } from '../project/desired-project.ts';
import { identifyObject, listAppliedObjects } from './orphans.ts';
import { places } from '../project/places.ts';

/** Something on the cluster that carries a controller's name, and whose it is by its label; without one it was made by hand, or before there was that label. */
export interface Marked extends ObjectName {
  readonly project?: string;
}

/** Kind of a Helm release among objects. */
export const releaseKind = 'release';

export interface OtherProject {
  /** Its domain, as the label has it. */
  readonly project: string;
  readonly found: readonly Marked[];
}

/**
 * The other project that has the controller's name on the cluster. A name is one project's: where this one has what it wants, the rest was
 * its own as well, under an earlier domain.
 *
 * @param found all that carries the controller's name, objects or releases.
 * @param identities those of this project (kube/ownership.ts, printProject).
 */
export function findOtherProject(
  found: readonly Marked[],
  desired: DesiredProject,
  identities: readonly string[],
): OtherProject | undefined {
  const others = found.filter(({ project }) => project !== undefined && !identities.includes(project));
  const [first] = others;
  if (first?.project === undefined) return undefined;
  const wanted = new Set([
    ...listAppliedObjects(desired).map(({ kind, metadata }) => identifyObject(kind, metadata)),
    ...desired.services.map(({ release: name, namespace }) => identifyObject(releaseKind, { name, namespace })),
  ]);
  const isInTheWay = others.some((object) => wanted.has(identifyObject(object.kind, object)));
  const isOurs = found.some(({ project }) => project !== undefined && identities.includes(project));
  return isInTheWay || !isOurs
    ? { project: first.project, found: others.filter(({ project }) => project === first.project) }
    : undefined;
}

/** What is said of it, and what to do about it; the command is to follow that takes over. */
export function tellOtherProject(
  { project }: OtherProject,
  { controller, domain }: Config,
): { readonly message: string; readonly toHaveBoth: string; readonly ifRenamed: string } {
  const ownPlaces = controller.install === false ? '' : ', controller.namespace, controller.nodePort';
  return {
    message: `controller ${controller.name} on this cluster is of the project of ${project}, not of ${domain}`,
    toHaveBoth: `to have both, set another controller.name${ownPlaces} and namespace in ${places.config}`,
    ifRenamed: `if it is this project, which had that domain before: `,
  };
}

/**
 * For whom certificates with these names were applied, as a label would say it; undefined: for this domain, or nobody can tell. Names of
 * Services within the cluster tell nothing.
 */
export function guessProject(dnsNames: readonly string[], domain: string): string | undefined {
  const names = dnsNames.filter((name) => name.includes('.') && !/\.svc(?:\.|$)/.test(name));
  const bases = names.filter((name) => name.startsWith('*.')).map((name) => name.slice(2));
  const isBelow = (name: string): boolean => name === domain || name.endsWith(`.${domain}`);
  // Beside wildcards only one label below the domain counts: dev.example.test, with a wildcard below it, is a project's own domain.
  const isOurs = (name: string): boolean =>
    bases.length === 0
      ? isBelow(name)
      : (name === domain || name.slice(name.indexOf('.') + 1) === domain) && !bases.includes(name);
  const [first] = [...bases, ...names];
  return first === undefined || bases.includes(domain) || names.some(isOurs) ? undefined : printProject(first);
}
