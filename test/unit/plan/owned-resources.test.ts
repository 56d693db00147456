import { expect, it } from 'vitest';
import { profiles } from '../../../src/controllers/index.ts';
import { listOwnedResources } from '../../../src/project/owned-resources.ts';
import { config } from '../verify/samples.ts';

// The order in which they were deleted when the list was kept by hand: routes, what answers, what that uses, classes, namespaces.
const byHand = [
  ...['ingresses.networking.k8s.io', 'ingresses.extensions'],
  ...['deployments.apps', 'daemonsets.apps', 'services', 'poddisruptionbudgets.policy', 'networkpolicies.networking.k8s.io', 'configmaps', 'secrets', 'serviceaccounts'],
  ...['rolebindings.rbac.authorization.k8s.io', 'roles.rbac.authorization.k8s.io', 'clusterrolebindings.rbac.authorization.k8s.io', 'clusterroles.rbac.authorization.k8s.io'],
  ...['ingressclasses.networking.k8s.io', 'namespaces'],
];

it('lists what any target may have brought, in the order of taking it away', () => {
  const found = listOwnedResources(config, Object.values(profiles));
  expect(found.filter((resource) => byHand.includes(resource))).toEqual(byHand);
  // What the old profile writes in an older group is listed as well.
  expect(found.filter((resource) => !byHand.includes(resource))).toEqual(['deployments.extensions']);
});
