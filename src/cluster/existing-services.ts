import { fieldAt, listField, textField } from '../kube/object-fields.ts';
import { listServicePorts } from '../model/paths.ts';
import type { PlannedService } from '../model/chart.ts';
import type { KubeObject } from '../model/kube-object.ts';

/** A Service that is there already, as an object to ask for. */
export interface LedTo {
  readonly service: PlannedService;
  readonly object: KubeObject;
  /** By number or name. */
  readonly port: number | string;
}

/** The Services that routes lead to and that the project does not bring. */
export function listExisting(services: readonly PlannedService[]): readonly LedTo[] {
  return services.flatMap((service) =>
    listServicePorts(service).map(({ name, port }) => {
      const metadata = { name, namespace: service.service?.namespace ?? service.namespace };
      return { service, object: { apiVersion: 'v1', kind: 'Service', metadata }, port };
    }),
  );
}

/** Whether a Service has a pod that is ready. @param slices its EndpointSlices. */
export function hasReadyPod(slices: readonly KubeObject[]): boolean {
  // Absent counts as ready (kubernetes@1.35 staging/src/k8s.io/api/discovery/v1/types.go, EndpointConditions).
  return slices.some((slice) =>
    listField(slice, 'endpoints').some((endpoint) => fieldAt(endpoint, 'conditions', 'ready') !== false),
  );
}

/** Why a route to a Service leads nowhere; undefined while it leads to one. @param live as the cluster has it; undefined: it has none. */
export function explainDeadEnd(
  { service, object, port: wanted }: LedTo,
  live: KubeObject | undefined,
): string | undefined {
  const { namespace = '', name } = object.metadata;
  const led = `${service.name} leads to Service ${namespace}/${name}`;
  if (live === undefined) return `${led}, which is not there`;
  if (textField(live, 'spec', 'type') === 'ExternalName')
    return `${led}, which is of type ExternalName: the controller is told not to follow those`;
  const ports = listField(live, 'spec', 'ports').filter((port) => (textField(port, 'protocol') ?? 'TCP') === 'TCP');
  if (ports.some((port) => fieldAt(port, typeof wanted === 'number' ? 'port' : 'name') === wanted)) return undefined;
  const present = ports.map((port) => [fieldAt(port, 'port'), textField(port, 'name')].filter(Boolean).join(' '));
  return `${led}, which has no port ${wanted} for TCP: it has ${present.join(', ') || 'none'}`;
}
