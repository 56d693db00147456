import { quote } from '../text/escape.ts';
import { UsageError } from '../errors.ts';
import type { DesiredService } from '../project/desired-services.ts';
import { places } from '../project/places.ts';
import type { Project } from './project.ts';

/**
 * The services of these names, in the order of ingress-tls.yaml; all of them when no name is given.
 * @throws UsageError for a name that no service has.
 */
export function selectServices(project: Project, names: readonly string[]): readonly DesiredService[] {
  refuseUnknownService(project, names);
  const { services } = project.desired;
  return names.length === 0 ? services : services.filter(({ name }) => names.includes(name));
}

/** @throws UsageError for a name that no service has. */
export function refuseUnknownService({ desired: { services } }: Project, names: readonly string[]): void {
  const known = services.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new UsageError(`no service ${quote(unknown)} in ${places.config}: it has ${known.join(', ') || 'none'}`, {
    remedy: 'ingress-tls list',
  });
}
