import { printable } from '../text/escape.ts';
import { listField, numberField, textField, textListField } from '../kube/object-fields.ts';
import { isReady } from '../kube/workload-readiness.ts';
import type { Config } from '../model/config.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import type { KubeObject } from '../model/kube-object.ts';
import type { ControllerStatus, LiveStatus, PodCount } from '../model/status.ts';
import { find, plannedClass } from './status-ingress.ts';

/** What the cluster has of the controller. */
export function describeController(config: Config, profile: ControllerProfile, live: LiveStatus): ControllerStatus {
  const { name, nodePort } = config.controller;
  const ports = live.controller
    .filter(({ kind }) => kind === 'Service')
    .flatMap((service) => listField(service, 'spec', 'ports').flatMap((port) => numberField(port, 'nodePort') ?? []));
  return {
    name,
    profile: profile.name,
    workloads: profile.workloads(config).map((reference) => {
      const workload = find(live.controller, reference.kind, reference.name);
      const image = textField(workload, 'spec', 'template', 'spec', 'containers', 0, 'image');
      return { ...reference, pods: workload === undefined ? null : countPods(workload), image: image === undefined ? null : printable(image, 200) };
    }),
    nodePort: { wanted: nodePort, found: ports.find((port) => port === nodePort) ?? ports[0] ?? null },
    ingressClass: describeClass(config, profile, live),
  };
}

/** Pods of a Deployment or StatefulSet, or of a DaemonSet, by its status. */
export function countPods(workload: KubeObject): PodCount {
  const isDaemonSet = workload.kind === 'DaemonSet';
  const wanted = isDaemonSet ? numberField(workload, 'status', 'desiredNumberScheduled') ?? 0 : numberField(workload, 'spec', 'replicas') ?? 1;
  const ready = numberField(workload, 'status', isDaemonSet ? 'numberReady' : 'readyReplicas') ?? 0;
  return { ready, wanted, rolledOut: isReady(workload) };
}

function describeClass(config: Config, profile: ControllerProfile, live: LiveStatus): ControllerStatus['ingressClass'] {
  const planned = plannedClass(config, profile);
  if (planned === undefined) return null;
  const { name } = planned.metadata;
  const controller = textField(find(live.objects, 'IngressClass', name), 'spec', 'controller');
  const seen = !live.hasUnseenClasses;
  if (controller === undefined) return { name, controller: null, agrees: false, seen };
  const words = live.controller.flatMap((workload) => listField(workload, 'spec', 'template', 'spec', 'containers').flatMap((container) => textListField(container, 'args')));
  // `--controller-class=` of ingress-nginx, `--providers.kubernetesIngressNGINX.controllerClass=` of Traefik, which takes any case.
  const agrees = words.some((word) => /^--.*controller-?class=/i.test(word) && word.slice(word.indexOf('=') + 1) === controller);
  return { name, controller: printable(controller), agrees, seen };
}
