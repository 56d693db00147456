import { printable } from '../text/escape.ts';
import { findNamed, listField, numberField, readBalancerAddresses, textField } from '../kube/object-fields.ts';
import { isReady, isWorkload } from '../kube/workload-readiness.ts';
import type { Config } from '../model/config.ts';
import type { ControllerProfile, ServiceEntry } from '../model/controller-profile.ts';
import type { KubeObject, ObjectReference } from '../model/kube-object.ts';
import type { ControllerStatus, LiveStatus, PodCount } from '../model/status.ts';
import type { DesiredProject } from '../project/desired-project.ts';

/** What the cluster has of the controller. */
export function judgeController({ config, profile, entry }: DesiredProject, live: LiveStatus): ControllerStatus {
  const { name } = config.controller;
  const ports = live.controller
    .filter(({ kind }) => kind === 'Service')
    .flatMap((service) => listField(service, 'spec', 'ports').flatMap((port) => numberField(port, 'nodePort') ?? []));
  return {
    name,
    profile: profile.name,
    workloads: listWorkloads(config, profile, live).map((reference) => {
      const workload = findNamed(live.controller, reference.kind, reference);
      const image = textField(workload, 'spec', 'template', 'spec', 'containers', 0, 'image');
      return {
        ...reference,
        pods: workload === undefined ? null : countPods(workload),
        image: image === undefined ? null : printable(image, 200),
      };
    }),
    nodePort:
      entry.kind === 'node-port'
        ? { wanted: entry.port, found: ports.find((port) => port === entry.port) ?? ports[0] ?? null }
        : null,
    ...((entry.kind === 'load-balancer' || entry.kind === 'cluster-ip') && { service: judgeService(entry, live) }),
    class: profile.judgeClass?.(config, live) ?? null,
    classNote: profile.words.classNote?.(config) ?? null,
  };
}

/** Of a controller that is there already the one that was seen. */
function listWorkloads(config: Config, profile: ControllerProfile, live: LiveStatus): readonly ObjectReference[] {
  if (profile.standIns === undefined) return profile.workloads(config);
  return live.controller
    .filter(isWorkload)
    .map(({ kind, metadata: { name, namespace = '' } }) => ({ kind, name, namespace }));
}

function judgeService(
  { kind, port, service: { name, namespace } }: ServiceEntry,
  live: LiveStatus,
): NonNullable<ControllerStatus['service']> {
  const addresses = readBalancerAddresses(findNamed(live.controller, 'Service', { name, namespace }));
  return {
    ...{ type: kind === 'load-balancer' ? 'LoadBalancer' : 'ClusterIP', name, namespace, port },
    addresses: addresses.map((address) => printable(address)),
  };
}

/** Pods of a Deployment or StatefulSet, or of a DaemonSet, by its status. */
export function countPods(workload: KubeObject): PodCount {
  const isDaemonSet = workload.kind === 'DaemonSet';
  const wanted = isDaemonSet
    ? (numberField(workload, 'status', 'desiredNumberScheduled') ?? 0)
    : (numberField(workload, 'spec', 'replicas') ?? 1);
  const ready = numberField(workload, 'status', isDaemonSet ? 'numberReady' : 'readyReplicas') ?? 0;
  return { ready, wanted, rolledOut: isReady(workload) };
}
