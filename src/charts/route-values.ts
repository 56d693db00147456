import type { ChartFullname, ChartValue, RouteNode, RouteObject } from '../model/chart.ts';
import type { ChartValueEntry } from './chart-value-entry.ts';

/** The values of route objects, a switch for each section first, in the order in which the objects name them. */
export function routeValues(routes: readonly RouteObject[]): readonly ChartValueEntry[] {
  return routes.flatMap((route) => [
    { path: `${route.section}.enabled`, value: true, comment: `whether the chart makes this release's ${route.kind}.` },
    ...leaves(route.annotations ?? null),
    ...leaves(route.spec),
  ]);
}

function leaves(node: RouteNode): ChartValueEntry[] {
  if (typeof node !== 'object' || node === null || isChartFullname(node)) return [];
  if (isChartValue(node)) return [{ path: node.path, value: node.value, comment: node.comment }];
  return (isNodeList(node) ? node : Object.values(node)).flatMap(leaves);
}

export function isChartValue(node: object): node is ChartValue {
  return 'leaf' in node && node.leaf === 'value';
}

export function isChartFullname(node: object): node is ChartFullname {
  return 'leaf' in node && node.leaf === 'fullname';
}

export function isNodeList(node: object): node is readonly RouteNode[] {
  return Array.isArray(node);
}
