import type { PlannedService, RouteObject } from '../../model/chart.ts';
import type { Config } from '../../model/config.ts';
import { routePaths } from '../route-backend.ts';
import { ingressAnnotations, ingressHosts, ingressTls } from '../ingress/ingress-routes.ts';
import { modeAnnotations } from './mode-annotations.ts';
import { controllerNames } from './names.ts';

/**
 * One Ingress with exact hosts and, unless the file says others, the path `/`: passthrough compares names exactly and looks at that path alone, and with
 * any other it cuts every connection to the host (v1.15.1 internal/ingress/controller/controller.go, #9473, #5257).
 */
export function routes(config: Config, service: PlannedService): readonly RouteObject[] {
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      section: 'ingress',
      annotations: ingressAnnotations(modeAnnotations(service), service),
      spec: {
        ingressClassName: {
          leaf: 'value',
          path: 'ingress.className',
          value: controllerNames(config).ingressClass,
          comment: 'IngressClass of the controller that serves the host.',
        },
        tls: ingressTls(service),
        rules: ingressHosts(service).map((host) => ({
          host,
          http: {
            paths: routePaths(service, 'ingress').map(({ path, type, backend }) => ({
              path,
              pathType: type,
              backend: { service: { ...backend } },
            })),
          },
        })),
      },
    },
  ];
}
