import type { Change, Difference, ObjectDifference, ObjectName } from '../model/changes.ts';
import type { StatusFacts } from './status-facts.ts';

/** What differs from what apply would bring for a service, as far as the light look sees it. */
export function listDrift(
  { desired, changes }: StatusFacts,
  service: { readonly name: string },
): readonly Difference[] {
  const release = changes.releases.find((change) => change.service === service.name);
  const paths = new Set(desired.objects.filter((object) => object.service === service.name).map(({ path }) => path));
  const ofRelease: readonly Difference[] =
    release === undefined || release.change === 'unchanged'
      ? []
      : release.change === 'create'
        ? [{ about: 'absence' }]
        : release.reasons;
  const ofObjects = changes.objects.flatMap(({ path, object, change }) =>
    paths.has(path) && change !== 'unchanged' ? [differenceOf(object, change)] : [],
  );
  return [...ofRelease, ...ofObjects];
}

const states = { create: 'missing', change: 'differs', delete: 'goes' } as const;

/** What differs of an object, by what apply would do about it. */
export function differenceOf(object: ObjectName, change: Exclude<Change, 'unchanged'>): ObjectDifference {
  return { about: 'object', object, state: states[change] };
}

/** Whether a difference is of this object and in one of these states; its namespace is the services'. */
export function isDifferenceOf(
  difference: Difference,
  kind: string,
  name: string,
  ...inStates: readonly ObjectDifference['state'][]
): boolean {
  return (
    difference.about === 'object' &&
    difference.object.kind === kind &&
    difference.object.name === name &&
    inStates.includes(difference.state)
  );
}
