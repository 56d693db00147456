import { readOwnValue } from '../charts/own-values.ts';
import type { FoundController } from '../controllers/find-controller.ts';
import { fieldAt } from '../kube/object-fields.ts';
import { backendOf } from '../model/backend.ts';
import { className, type Config } from '../model/config.ts';
import type { ControllerNeed } from '../model/controller-profile.ts';
import type { Notice } from '../model/notice.ts';

export const controllerExpected = 'controller-expected';

/** Of a controller that is there already: what it must have set and nobody has looked up. Nothing where nothing is. */
export function noteNeeds(config: Config, needs: readonly ControllerNeed[]): readonly Notice[] {
  if (needs.length === 0) return [];
  const { namespace } = config.controller;
  return [
    {
      level: 'warning',
      code: controllerExpected,
      message:
        `The controller of class ${className(config)} in namespace ${namespace} has to be set up for these routes: ` +
        `${needs.map(({ setting, otherwise }) => `${setting} (else ${otherwise})`).join('; ')}.`,
      remedy:
        `Look with kubectl get deployments,daemonsets,configmaps --namespace ${namespace} --output yaml; ingress-tls doctor and apply look ` +
        'where they may.',
      path: ['controller', 'install'],
    },
  ];
}

/**
 * A pod on its node's network comes with the node's address, and belongs to no namespace as far as a NetworkPolicy can tell
 * (kubernetes.io docs: Network Policies, "NetworkPolicy and hostNetwork pods"). Whether the cluster enforces such policies nobody can see.
 */
export function needPeers({ services }: Config, { workload }: FoundController): readonly ControllerNeed[] {
  if (fieldAt(workload, 'spec', 'template', 'spec', 'hostNetwork') !== true) return [];
  const closed = services.filter((service) => {
    const peers = readOwnValue(service.values, 'networkPolicy.extraFrom');
    const hasPeers = Array.isArray(peers) && peers.length > 0;
    const isOff = readOwnValue(service.values, 'networkPolicy.enabled') === false;
    return backendOf(service) !== 'existing' && !hasPeers && !isOff;
  });
  if (closed.length === 0) return [];
  return [
    {
      setting:
        'a way past the NetworkPolicies of the charts, as its pods are on the network of their nodes: networkPolicy.extraFrom in `values` of ' +
        `${closed.map(({ name }) => name).join(', ')}, with an ipBlock for the addresses of the nodes`,
      otherwise: 'a cluster that enforces NetworkPolicies would let none of its requests in',
      isMet: () => undefined,
    },
  ];
}
