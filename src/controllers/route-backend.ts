import type { ChartValue, PlannedService, RouteNode } from '../model/chart.ts';
import { listPaths } from '../model/paths.ts';

interface RouteBackend {
  readonly name: RouteNode;
  readonly port: { readonly name: RouteNode } | { readonly number: RouteNode };
}

/** A path of a route, and where it leads. */
export interface RoutePath {
  readonly path: RouteNode;
  readonly type: 'Prefix' | 'Exact';
  readonly backend: RouteBackend;
}

/** The paths of a service's routes; those that a person named are values of the chart: `ingress.path`, `ingress.path2`... */
export function routePaths(service: PlannedService, section: string): readonly RoutePath[] {
  const own = routeBackend(service);
  if (service.paths === undefined) return listPaths(service).map(({ path, type }) => ({ path, type, backend: own }));
  return service.paths.map(({ path, type, port = own.port, service: other }, index) => {
    const place = `${section}.path${index === 0 ? '' : index + 1}`;
    const value = (part: string, given: string | number, comment: string): ChartValue => ({
      leaf: 'value',
      path: `${place}${part}`,
      value: given,
      comment,
    });
    const toPort = (given: string | number): RouteBackend['port'] => {
      const leaf = value('Port', given, `port of the Service that requests for ${place} are sent to.`);
      return typeof given === 'number' ? { number: leaf } : { name: leaf };
    };
    const whole =
      type === 'Exact' ? 'path that clients ask for, and no other.' : 'path that clients ask for, or below it.';
    return {
      path: value('', path, whole),
      type,
      backend:
        other === undefined
          ? { name: own.name, port: typeof port === 'object' ? port : toPort(port) }
          : {
              name: value(
                'Service',
                other.name,
                `Service that requests for ${place} are sent to; it is not part of this chart.`,
              ),
              port: toPort(other.port),
            },
    };
  });
}

/** The Service that a route leads to, and its port by name or number: the chart's own, or one that is there already. */
export function routeBackend({ service, servicePort }: PlannedService): RouteBackend {
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
