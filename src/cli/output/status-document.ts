import type { ControllerStatus, RouteStatus, ServiceStatus, Status } from '../../model/status.ts';
import { formatDifference } from '../../cluster/difference-text.ts';

/** What `status --json` prints. */
export interface StatusDocument extends Omit<Status, 'services' | 'controller'> {
  readonly controller: Omit<ControllerStatus, 'classNote'> & { readonly [oldClassName]?: object | null };
  readonly services: readonly (Omit<ServiceStatus, 'drift'> & {
    readonly drift: readonly string[];
    readonly [oldRouteName]?: object;
  })[];
}

// Members are only ever added: these were there before targets that read no Ingress.
const oldRouteName = 'ingress';
const oldClassName = 'ingressClass';

/** A status for programs: members as they are, what differs in words. */
export function statusToJson({ well, cluster, controller, services, problems }: Status): StatusDocument {
  return {
    well,
    cluster,
    controller: controllerToJson(controller),
    services: services.map(({ name, mode, host, backend, release, pods, route, certificate, drift }) => ({
      ...{ name, mode, host, backend, release, pods, ...routeToOldJson(route), certificate },
      drift: drift.map(formatDifference),
      route,
    })),
    problems,
  };
}

function controllerToJson({
  name,
  profile,
  workloads,
  nodePort,
  service,
  class: routeClass,
}: ControllerStatus): StatusDocument['controller'] {
  const document = {
    ...{ name, profile, workloads, nodePort },
    ...(service !== undefined && { service }),
    class: routeClass,
  };
  if (routeClass === null) return { ...document, [oldClassName]: null };
  const { kind, name: className, controller, agrees, seen } = routeClass;
  return {
    ...document,
    ...(kind.toLowerCase() === oldClassName.toLowerCase() && {
      [oldClassName]: { name: className, controller, agrees, seen },
    }),
  };
}

function routeToOldJson({ kind, state, className, controller, reason, addresses }: RouteStatus): {
  readonly [oldRouteName]?: object;
} {
  return kind.toLowerCase() === oldRouteName
    ? { [oldRouteName]: { state, className, controller, reason, addresses } }
    : {};
}
