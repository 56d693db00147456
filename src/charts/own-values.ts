import type { PlannedService } from '../model/chart.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { ChartValueEntry } from './chart-value-entry.ts';
import { shapeOf } from './values-schema.ts';
import { isJsonObject } from './yaml-value.ts';

/** Values that other fields of ingress-tls.yaml decide, or that the rest of the project goes by, and what to do about them. */
export const setElsewhere: Readonly<Record<string, string>> = {
  nameOverride: "labels follow from the service's name, and pods are found by them; use name",
  fullnameOverride: 'Secrets, routes and commands go by this name; use name and controller.name',
  partOf: 'what is on the cluster is found by this label; use controller.name',
  controller: 'it says of the controller what the section controller decides; change that',
  replicaCount: 'use replicas',
  keepReplicas: 'apply sets it when a number would be lost; use replicas',
  'image.repository': 'use image',
  'image.tag': 'use image',
  'image.digest': 'use image',
  containerPort: 'use port',
  tls: 'the project makes this Secret, and names it',
  clientAuth: 'the project makes this Secret, and names it; use clientAuth of the service',
  'service.port': 'the routes and the commands go by it; the port of the program is port',
  'networkPolicy.controllerNamespaceLabels':
    'without them no request comes in; use controller.namespace, and networkPolicy.extraFrom for more peers',
};

/** Whether another field decides the value at a path of the chart's, or a section that it lies in. */
export function isSetElsewhere(path: string): boolean {
  const sections = path.split('.');
  return sections.some((_, index) => Object.hasOwn(setElsewhere, sections.slice(0, index + 1).join('.')));
}

/** Lays a person's values over a chart's as helm lays a file of values over values.yaml. What is set elsewhere or not there stays as it is. */
export function mergeValues(
  entries: readonly ChartValueEntry[],
  values: JsonObject | undefined,
): readonly ChartValueEntry[] {
  if (values === undefined) return entries;
  return entries.map((entry) => {
    const given = readOwnValue(values, entry.path);
    // The schema stays that of the chart's own value.
    return given === undefined ? entry : { ...entry, value: mergeValue(entry.value, given), schema: shapeOf(entry) };
  });
}

/** What a person's values say at a path of the chart's; undefined where they are silent, or another field decides. */
export function readOwnValue(values: JsonObject | undefined, path: string): JsonValue | undefined {
  if (isSetElsewhere(path)) return undefined;
  let found: JsonValue | undefined = values;
  for (const section of path.split('.')) {
    if (found === undefined || !isJsonObject(found) || !Object.hasOwn(found, section)) return undefined;
    found = found[section];
  }
  return found;
}

/** Maps deep, the chart's order first; null takes out what the chart has; lists and scalars replace (helm.sh: Values Files). */
export function mergeValue(base: JsonValue, given: JsonValue): JsonValue {
  if (!isJsonObject(base)) return given;
  if (given === null) return {};
  if (!isJsonObject(given)) return given;
  const keys = new Set([...Object.keys(base), ...Object.keys(given)]);
  return Object.fromEntries(
    [...keys].flatMap((key): readonly (readonly [string, JsonValue])[] => {
      const [before, after] = [ownMember(base, key), ownMember(given, key)];
      if (after === undefined) return before === undefined ? [] : [[key, before]];
      if (after === null) return [];
      return [[key, before === undefined ? after : mergeValue(before, after)]];
    }),
  );
}

export function ownMember(map: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** How many pods the chart's Deployment says that there are; undefined where that is the cluster's affair. */
export function replicasOf({ replicas, values }: Pick<PlannedService, 'replicas' | 'values'>): number | undefined {
  return readOwnValue(values, 'autoscaling.enabled') === true ? undefined : replicas;
}
