import { ingressNginx } from '../../../../src/controllers/ingress-nginx/index.ts';
import { traefik } from '../../../../src/controllers/traefik/index.ts';
import type { ControllerProfile } from '../../../../src/model/controller-profile.ts';
import { judgeClass, judgeRoute, liveObjects } from './judge.ts';
import { manifests } from './manifests.ts';
import { readRoutes } from './read-routes.ts';
import { routes, upstreamCa } from './routes.ts';
import { words } from './words.ts';

/**
 * A judge of the seam: the Gateway API (v1.6.1, standard channel) as a Traefik 3.7.13 that somebody else installed serves it. Our own
 * are GatewayClass, Gateway and routes; no workload.
 */
export const gatewayApi: ControllerProfile = {
  name: 'gateway-api',
  // The CRD of TLSRoute asks for isIP in its rules.
  kubernetes: { atLeast: '1.31', newest: '1.35' },
  requiredResources: [
    ...['apps/v1/Deployment', 'networking.k8s.io/v1/NetworkPolicy', 'policy/v1/PodDisruptionBudget'],
    ...['Gateway', 'GatewayClass', 'HTTPRoute', 'TLSRoute', 'BackendTLSPolicy'].map(
      (kind) => `gateway.networking.k8s.io/v1/${kind}`,
    ),
  ],
  applyMethod: 'server-side',
  workload: { ...ingressNginx.workload, kubeVersion: '>=1.31.0-0' },
  servicePort: (mode) => ingressNginx.servicePort(mode),
  manifests,
  workloads: () => [],
  routes,
  upstreamCa: (_config, service) => upstreamCa(service),
  notices: () => [],
  noticeCodes: [],
  summary: 'a target of the tests',
  behaviour: (config) => traefik.behaviour(config),
  readRoutes,
  entry: ({ namespace, controller: { name } }) => ({
    kind: 'elsewhere',
    port: 443,
    how: `kubectl get gateway ${name} --namespace ${namespace} -o jsonpath='{.status.addresses}' shows it`,
  }),
  noticesChangesWithin: 30_000,
  liveObjects,
  judgeClass,
  judgeRoute,
  words,
};
