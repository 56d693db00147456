import type { ControllerProfile } from '../../model/controller-profile.ts';
import { serviceEntry } from '../exposure.ts';
import { gatewayRoutes, upstreamCa } from '../gateway/gateway-routes.ts';
import { gatewayLiveObjects, judgeGatewayClass, judgeGatewayRoute } from '../gateway/judge-gateway.ts';
import { apiGroup } from '../gateway/names.ts';
import { traefik } from '../traefik/index.ts';
import { page } from '../traefik/behaviour.ts';
import { controllerNames } from '../traefik/names.ts';
import { manifests } from './manifests.ts';
import { noticeCodes, notices } from './notices.ts';
import { readRoutes } from './read-routes.ts';
import { words } from './words.ts';

/** Traefik 3.7 with its provider kubernetesGateway: the Gateway API v1.6.1, standard channel. */
export const traefikGateway: ControllerProfile = {
  name: 'traefik-gateway',
  summary: 'Traefik 3.7 by the Gateway API, whose definitions the cluster has',
  // The CRD of TLSRoute asks for isIP in its rules.
  kubernetes: { ...traefik.kubernetes, atLeast: '1.31' },
  requiredResources: [
    ...traefik.requiredResources.filter((resource) => !resource.startsWith('networking.k8s.io/v1/Ingress')),
    ...['Gateway', 'GatewayClass', 'HTTPRoute', 'TLSRoute', 'GRPCRoute', 'BackendTLSPolicy'].map(
      (kind) => `${apiGroup}/v1/${kind}`,
    ),
    `${apiGroup}/v1beta1/ReferenceGrant`,
  ],
  applyMethod: 'server-side',
  workload: { ...traefik.workload, kubeVersion: '>=1.31.0-0' },
  servicePort: (mode) => traefik.servicePort(mode),
  manifests,
  workloads: (config) => traefik.workloads(config),
  routes: gatewayRoutes,
  endsAtAnyAuthority: true,
  upstreamCa: (_config, service) => upstreamCa(service),
  notices,
  noticeCodes,
  behaviour: (config) => ({
    ...traefik.behaviour(config),
    // v3.7.13 pkg/provider/kubernetes/gateway/httproute.go, loadWRRService: a reference that cannot be followed.
    upstreamMissing: page(500, ''),
  }),
  readRoutes,
  entry: (config) =>
    serviceEntry(config, { namespace: config.controller.namespace, name: controllerNames(config).service }),
  noticesChangesWithin: traefik.noticesChangesWithin,
  liveObjects: gatewayLiveObjects,
  judgeClass: judgeGatewayClass,
  judgeRoute: judgeGatewayRoute,
  words,
};
