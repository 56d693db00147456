import type { Change } from '../model/changes.ts';
import type { StatusFacts } from './status-facts.ts';

/** What differs from what apply would bring for a service, as far as the light look sees it. */
export function listDrift({ desired, changes }: StatusFacts, service: { readonly name: string }): readonly string[] {
  const release = changes.releases.find((change) => change.service === service.name);
  const paths = new Set(desired.objects.filter((object) => object.service === service.name).map(({ path }) => path));
  const ofRelease = release === undefined || release.change === 'unchanged' ? [] : release.change === 'create' ? ['not applied'] : release.reasons;
  const ofObjects = changes.objects.flatMap(({ path, object, change }) => (paths.has(path) && change !== 'unchanged' ? [describeDrift(object.kind, object.name, change)] : []));
  return [...ofRelease, ...ofObjects];
}

/** In the words of plan/release-changes.ts. */
export function describeDrift(kind: string, name: string, change: Exclude<Change, 'unchanged'>): string {
  const verbs = { create: 'is missing', change: 'differs', delete: 'is no longer wanted' };
  return `${kind} ${name} ${verbs[change]}`;
}
