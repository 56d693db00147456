import { className } from '../../model/config.ts';
import type { ControllerProfile } from '../../model/controller-profile.ts';
import { readIngresses } from '../ingress/read-back.ts';
import { nginxWords } from '../ingress/words.ts';
import { listNamedSecrets } from '../ingress/guard-notices.ts';
import { readOwnClientAuth } from '../ingress/client-auth.ts';
import { behaviour } from './behaviour.ts';
import { existing } from './existing.ts';
import { manifests } from './manifests.ts';
import { commonNames, controllerNames, electionName } from './names.ts';
import { noticeCodes, notices } from './notices.ts';
import { imitatedKeys, readRoutes } from './read-routes.ts';
import { findUnimitated } from '../ingress/unread-annotations.ts';
import { routes } from './routes.ts';
import { podSpeaksTls } from '../../model/mode.ts';

/** The article's controller of 2018. */
export const ingressNginx015: ControllerProfile = {
  name: 'ingress-nginx-0.15',
  summary: 'of 2018, for clusters before Kubernetes 1.16',
  kubernetes: { below: '1.16', newest: '1.15' },
  requiredResources: [
    'apps/v1beta2/Deployment',
    'extensions/v1beta1/Deployment',
    'extensions/v1beta1/Ingress',
    'networking.k8s.io/v1/NetworkPolicy',
    'policy/v1beta1/PodDisruptionBudget',
    'rbac.authorization.k8s.io/v1beta1/ClusterRole',
  ],
  applyMethod: 'client-side',
  workload: {
    chartApiVersion: 'v1',
    kubeVersion: '<1.16.0-0',
    deploymentApiVersion: 'apps/v1beta2',
    podDisruptionBudgetApiVersion: 'policy/v1beta1',
    horizontalPodAutoscalerApiVersion: 'autoscaling/v1',
    seccompProfile: 'annotation',
    namespaceNameLabel: 'name',
  },
  // The article moved svc7's port to 443 and kept its name; its Ingress goes by the name.
  servicePort: (mode) => ({ name: podSpeaksTls(mode) ? 'https' : 'http', number: 443 }),
  manifests,
  workloads: (config) => [
    { kind: 'Deployment', name: commonNames.defaultBackend, namespace: config.controller.namespace },
    { kind: 'Deployment', name: controllerNames(config).deployment, namespace: config.controller.namespace },
  ],
  elections: ({ controller }) => [
    { resource: 'configmap', kind: 'ConfigMap', name: electionName(controller.name), namespace: controller.namespace },
  ],
  routes,
  asksClients: true,
  // Nothing reads an authority here: 0.15.0 cannot verify the hop.
  upstreamCa: () => undefined,
  notices,
  noticeCodes,
  namedSecrets: listNamedSecrets,
  existing,
  behaviour,
  readRoutes,
  findUnimitated: (annotations) => findUnimitated(annotations, imitatedKeys),
  readOwnClientAuth,
  ...readIngresses(
    () => ingressNginx015,
    (config) => controllerNames(config).service,
  ),
  noticesChangesWithin: 30_000,
  words: {
    ...nginxWords,
    classNote: (config) => `class ${className(config)}, by annotation`,
    lacksAuthority: { what: 'Secret', otherProfile: 'ingress-nginx' },
  },
};
