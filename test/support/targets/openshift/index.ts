import { ingressNginx } from '../../../../src/controllers/ingress-nginx/index.ts';
import type { ControllerProfile } from '../../../../src/model/controller-profile.ts';
import { behaviour } from './behaviour.ts';
import { judgeRoute, liveObjects } from './judge.ts';
import { authorityPath, manifests, routes } from './objects.ts';
import { readRoutes } from './read-routes.ts';
import { words } from './words.ts';

/** A judge of the seam: Routes of OpenShift (openshift/router, its API route.openshift.io/v1), which has its router already. */
export const openShift: ControllerProfile = {
  name: 'openshift',
  kubernetes: { atLeast: '1.25', newest: '1.35' },
  requiredResources: [
    'apps/v1/Deployment',
    'networking.k8s.io/v1/NetworkPolicy',
    'policy/v1/PodDisruptionBudget',
    'route.openshift.io/v1/Route',
  ],
  applyMethod: 'server-side',
  workload: ingressNginx.workload,
  servicePort: (mode) => ingressNginx.servicePort(mode),
  manifests,
  workloads: () => [],
  routes,
  upstreamCa: () => ({ kind: 'ChartValue', path: authorityPath }),
  notices: () => [],
  noticeCodes: [],
  summary: 'a target of the tests',
  behaviour,
  readRoutes,
  entry: () => ({ kind: 'elsewhere', port: 443, how: 'kubectl get services --namespace openshift-ingress shows it' }),
  noticesChangesWithin: 30_000,
  liveObjects,
  judgeRoute,
  words,
};
