import type { PlannedService, RouteNode } from '../model/chart.ts';

/** The Service that a route leads to, and its port by name or number: the chart's own, or one that is there already. */
export function routeBackend({ service, servicePort }: PlannedService): {
  readonly name: RouteNode;
  readonly port: { readonly name: RouteNode } | { readonly number: RouteNode };
} {
  if (service === undefined) return { name: { leaf: 'fullname' }, port: { name: servicePort.name } };
  const port: RouteNode = {
    leaf: 'value',
    path: 'service.port',
    value: service.port,
    comment: 'port of that Service, by its number or its name, as it is given here.',
  };
  return {
    name: {
      leaf: 'value',
      path: 'service.name',
      value: service.name,
      comment: 'Service that requests are sent to; it is not part of this chart.',
    },
    port: typeof service.port === 'number' ? { number: port } : { name: port },
  };
}
