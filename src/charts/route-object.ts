import type { RouteNode, RouteObject } from '../model/chart.ts';
import type { JsonValue } from '../model/json.ts';
import type { KubeObject, Labels } from '../model/kube-object.ts';
import { isChartFullname, isChartValue, isNodeList } from './route-values.ts';
import { isJsonObject } from './yaml-value.ts';

/** What a release gives to a route object: the chart's full name, the namespace and the chart's labels. */
export interface ReleaseFacts {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** What apply puts in the place of values, by their paths (`helm --set-file`). */
  readonly texts?: Readonly<Record<string, string>>;
}

/** The object that helm makes of a route's template with the chart's own values. */
export function resolveRoute(route: RouteObject, release: ReleaseFacts): KubeObject {
  const annotations = resolve(route.annotations ?? {}, release);
  return {
    apiVersion: route.apiVersion,
    kind: route.kind,
    metadata: {
      name: release.name + (route.nameSuffix ?? ''),
      namespace: release.namespace,
      labels: release.labels,
      ...(isJsonObject(annotations) && Object.keys(annotations).length > 0
        ? { annotations: textMembers(annotations) }
        : {}),
    },
    spec: resolve(route.spec, release),
  };
}

function resolve(node: RouteNode, release: ReleaseFacts): JsonValue {
  if (typeof node !== 'object' || node === null) return node;
  if (isChartFullname(node)) return release.name;
  if (isChartValue(node)) return release.texts?.[node.path] ?? node.value;
  if (isNodeList(node)) return node.map((child) => resolve(child, release));
  return Object.fromEntries(Object.entries(node).map(([key, child]) => [key, resolve(child, release)]));
}

/** Annotations are text in Kubernetes; anything else is a bug of the profile that made the route. */
function textMembers(annotations: Readonly<Record<string, JsonValue>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => {
      if (typeof value !== 'string') throw new Error(`annotation ${key}: ${JSON.stringify(value)} is not text`);
      return [key, value];
    }),
  );
}
