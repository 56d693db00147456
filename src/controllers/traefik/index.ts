import type { ControllerProfile } from '../../model/controller-profile.ts';
import { ingressNginx } from '../ingress-nginx/index.ts';
import { judgeIngressClass, readIngresses } from '../ingress/read-back.ts';
import { listNamedSecrets } from '../ingress/guard-notices.ts';
import { readOwnClientAuth } from '../ingress/client-auth.ts';
import { behaviour } from './behaviour.ts';
import { existing } from './existing.ts';
import { manifests } from './manifests.ts';
import { controllerNames } from './names.ts';
import { noticeCodes, notices } from './notices.ts';
import { imitatedKeys, readRoutes } from './read-routes.ts';
import { findUnimitated } from '../ingress/unread-annotations.ts';
import { traefikWords } from './words.ts';

/**
 * Traefik 3.7 with its provider kubernetesIngressNGINX, which reads the annotations of ingress-nginx. Everything that enters a
 * chart is that profile's, so the charts are the same under both.
 */
export const traefik: ControllerProfile = {
  name: 'traefik',
  summary: '3.7, recommended: maintained, and the same charts',
  isRecommended: true,
  kubernetes: ingressNginx.kubernetes,
  requiredResources: ingressNginx.requiredResources.filter((resource) => !resource.endsWith('/Lease')),
  applyMethod: 'server-side',
  workload: ingressNginx.workload,
  servicePort: (mode) => ingressNginx.servicePort(mode),
  manifests,
  workloads: (config) => [
    { kind: 'Deployment', name: controllerNames(config).deployment, namespace: config.controller.namespace },
  ],
  routes: (config, service) => ingressNginx.routes(config, service),
  asksClients: true,
  // go@1.26 crypto/x509, VerifyOptions.Roots: every certificate of the pool is an anchor.
  endsAtAnyAuthority: true,
  upstreamCa: (config, service) => ingressNginx.upstreamCa(config, service),
  notices,
  noticeCodes,
  namedSecrets: listNamedSecrets,
  existing,
  behaviour,
  readRoutes,
  findUnimitated: (annotations) => findUnimitated(annotations, imitatedKeys),
  readOwnClientAuth,
  ...readIngresses(
    () => traefik,
    (config) => controllerNames(config).service,
  ),
  noticesChangesWithin: 30_000,
  judgeClass: (config, live) => judgeIngressClass(traefik, config, live),
  words: traefikWords,
};
