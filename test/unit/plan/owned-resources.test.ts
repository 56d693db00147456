import { expect, it } from 'vitest';
import { profiles } from '../../support/profiles.ts';
import { listOwnedResources } from '../../../src/project/owned-resources.ts';
import { gatewayApi } from '../../support/targets/gateway-api/index.ts';
import { config } from '../verify/samples.ts';

// The order in which they were deleted when the list was kept by hand: routes, what answers, what that uses, classes, namespaces.
const byHand = [
  'ingresses.networking.k8s.io',
  ...['httproutes', 'backendtlspolicies', 'tlsroutes'].map((each) => `${each}.gateway.networking.k8s.io`),
  'ingresses.extensions',
  ...['gateways', 'referencegrants'].map((each) => `${each}.gateway.networking.k8s.io`),
  ...[
    'deployments.apps',
    'daemonsets.apps',
    'services',
    'poddisruptionbudgets.policy',
    'networkpolicies.networking.k8s.io',
    'configmaps',
    'certificates.cert-manager.io',
    'issuers.cert-manager.io',
    'secrets',
    'serviceaccounts',
  ],
  ...[
    'rolebindings.rbac.authorization.k8s.io',
    'roles.rbac.authorization.k8s.io',
    'clusterrolebindings.rbac.authorization.k8s.io',
    'clusterroles.rbac.authorization.k8s.io',
  ],
  ...['ingressclasses.networking.k8s.io', 'gatewayclasses.gateway.networking.k8s.io', 'namespaces'],
];

it('lists what any target may have brought, in the order of taking it away', () => {
  // Deployments in their old group are the same objects once more, and would be taken for something else than workloads.
  expect(listOwnedResources(config, Object.values(profiles))).toEqual(byHand);
});

it('names the resources of a target that is not one of ours as a cluster serves them', () => {
  const found = listOwnedResources(config, [gatewayApi]);
  expect(found.slice(0, 4)).toEqual([
    'httproutes.gateway.networking.k8s.io',
    'backendtlspolicies.gateway.networking.k8s.io',
    'tlsroutes.gateway.networking.k8s.io',
    'gateways.gateway.networking.k8s.io',
  ]);
  expect(found.slice(-2)).toEqual(['gatewayclasses.gateway.networking.k8s.io', 'namespaces']);
});
