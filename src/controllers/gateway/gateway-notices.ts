import { backendOf } from '../../model/backend.ts';
import type { Config } from '../../model/config.ts';
import type { Notice } from '../../model/notice.ts';
import { endsInPod } from '../../model/mode.ts';
import { leadsTo, listPaths } from '../../model/paths.ts';

/** What a route of the Gateway API cannot say of what a service asks, whoever reads it. */
export function refuseUnsaid(config: Config): readonly Notice[] {
  return config.services.flatMap((service, index): readonly Notice[] => {
    const { name, mode, protocol, namespace, service: existing } = service;
    const named = listPaths(service).flatMap((path) => {
      const port = leadsTo(service, path)?.port;
      return typeof port === 'string' ? [port] : [];
    });
    const refuse = (code: string, message: string, remedy: string, field: string): Notice => ({
      ...{ level: 'error', code, remedy, path: ['services', index, field] },
      message: `${name} (${mode}): ${message}`,
    });
    return [
      ...named.map((port) =>
        refuse(
          'port-by-name',
          `a route of the Gateway API leads to a port by its number, and ${port} is a name.`,
          'Give the number of that port in the Service.',
          backendOf(service) === 'existing' ? 'service' : 'paths',
        ),
      ),
      ...(existing?.namespace === undefined || existing.namespace === namespace
        ? []
        : [
            refuse(
              'service-namespace',
              `its route in namespace ${namespace ?? ''} cannot lead to Service ${existing.name} in namespace ${existing.namespace} without a ReferenceGrant there, which is not made.`,
              `Set \`namespace: ${existing.namespace}\` for it, or leave it out: route and Secrets then lie beside the Service.`,
              'namespace',
            ),
          ]),
      ...(protocol === 'grpc' && !endsInPod(mode)
        ? [
            refuse(
              'grpc-route',
              'no GRPCRoute is made for it.',
              'Set `mode: passthrough`, or choose profile traefik.',
              'protocol',
            ),
          ]
        : []),
    ];
  });
}
