import type { PlannedService, RouteObject } from '../../model/chart.ts';
import { className, type Config } from '../../model/config.ts';
import type { Mode } from '../../model/mode.ts';
import { routePaths } from '../route-backend.ts';
import { ingressAnnotations, ingressHosts, ingressTls } from '../ingress/ingress-routes.ts';
import { clientAuthAnnotations } from '../ingress/client-auth.ts';
import { classAnnotation, withNginxPrefix } from '../ingress/nginx-annotations.ts';

/** What makes the mode, by 0.15.0; the article has no redirect on svc9, whose port 80 would go to the pod in plain text. */
const modeAnnotations: Readonly<Record<Mode, Readonly<Record<string, string>>>> = {
  terminate: {},
  reencrypt: { 'secure-backends': 'true' },
  passthrough: { 'ssl-passthrough': 'true', 'force-ssl-redirect': 'true' },
};

function annotate({ mode, protocol }: PlannedService): Readonly<Record<string, string>> {
  return mode === 'terminate' && protocol === 'grpc' ? { 'grpc-backend': 'true' } : modeAnnotations[mode];
}

/** One Ingress with exact hosts, the port by name: the article numbers svc7's port 443 and calls it http. */
export function routes(config: Config, service: PlannedService): readonly RouteObject[] {
  const annotations = {
    [classAnnotation]: className(config),
    ...withNginxPrefix(annotate(service)),
    ...clientAuthAnnotations(service),
  };
  return [
    {
      apiVersion: 'extensions/v1beta1',
      kind: 'Ingress',
      section: 'ingress',
      annotations: ingressAnnotations(annotations, service),
      spec: {
        tls: ingressTls(service),
        rules: ingressHosts(service).map((host) => ({
          host,
          http: {
            paths: routePaths(service, 'ingress').map(({ path, backend }) => ({
              path,
              backend: { serviceName: backend.name, servicePort: Object.values(backend.port)[0] ?? null },
            })),
          },
        })),
      },
    },
  ];
}
