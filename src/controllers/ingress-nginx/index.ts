import type { ControllerProfile } from '../../model/controller-profile.ts';
import { judgeIngressClass, readIngresses } from '../ingress/read-back.ts';
import { nginxWords } from '../ingress/words.ts';
import { listNamedSecrets } from '../ingress/guard-notices.ts';
import { readOwnClientAuth } from '../ingress/client-auth.ts';
import { behaviour } from './behaviour.ts';
import { existing } from './existing.ts';
import { manifests } from './manifests.ts';
import { controllerNames } from './names.ts';
import { noticeCodes, notices } from './notices.ts';
import { imitatedKeys, readRoutes } from './read-routes.ts';
import { findUnimitated } from '../ingress/unread-annotations.ts';
import { routes } from './routes.ts';
import { upstreamCa } from './upstream-ca.ts';
import { podSpeaksTls } from '../../model/mode.ts';

/** kubernetes/ingress-nginx v1.15.1, the default. */
export const ingressNginx: ControllerProfile = {
  name: 'ingress-nginx',
  summary: 'v1.15.1; retired in March 2026, nobody mends it any more',
  // v1.15.1 names 1.31 to 1.35. What is generated needs 1.25, where Pod Security admission became stable.
  kubernetes: { atLeast: '1.25', newest: '1.35' },
  requiredResources: [
    'apps/v1/Deployment',
    'coordination.k8s.io/v1/Lease',
    'discovery.k8s.io/v1/EndpointSlice',
    'networking.k8s.io/v1/Ingress',
    'networking.k8s.io/v1/IngressClass',
    'networking.k8s.io/v1/NetworkPolicy',
    'policy/v1/PodDisruptionBudget',
    'rbac.authorization.k8s.io/v1/ClusterRole',
  ],
  applyMethod: 'server-side',
  workload: {
    chartApiVersion: 'v2',
    kubeVersion: '>=1.25.0-0',
    deploymentApiVersion: 'apps/v1',
    podDisruptionBudgetApiVersion: 'policy/v1',
    horizontalPodAutoscalerApiVersion: 'autoscaling/v2',
    seccompProfile: 'field',
    namespaceNameLabel: 'kubernetes.io/metadata.name',
  },
  servicePort: (mode) => (podSpeaksTls(mode) ? { name: 'https', number: 443 } : { name: 'http', number: 80 }),
  manifests,
  workloads: (config) => [
    { kind: 'Deployment', name: controllerNames(config).deployment, namespace: config.controller.namespace },
  ],
  elections: (config) => [
    {
      resource: 'lease.coordination.k8s.io',
      kind: 'Lease',
      name: controllerNames(config).election,
      namespace: config.controller.namespace,
    },
  ],
  routes,
  asksClients: true,
  upstreamCa: (_config, service) => upstreamCa(service),
  notices,
  noticeCodes,
  namedSecrets: listNamedSecrets,
  existing,
  behaviour,
  readRoutes,
  findUnimitated: (annotations) => findUnimitated(annotations, imitatedKeys),
  readOwnClientAuth,
  ...readIngresses(
    () => ingressNginx,
    (config) => controllerNames(config).fullName,
  ),
  // It reads changes 3.3 s after the last time, or later (`--sync-rate-limit`).
  noticesChangesWithin: 30_000,
  judgeClass: (config, live) => judgeIngressClass(ingressNginx, config, live),
  words: nginxWords,
};
