import { routeBackend } from '../../../../src/controllers/route-backend.ts';
import type { ChartValue, PlannedService, RouteObject } from '../../../../src/model/chart.ts';
import type { Config } from '../../../../src/model/config.ts';
import type { ManifestLabels, ProfileManifests } from '../../../../src/model/controller-profile.ts';

export const authorityPath = 'route.destinationCACertificate';

const terminations = { terminate: 'edge', reencrypt: 'reencrypt', passthrough: 'passthrough' } as const;

/** What lets the router read the wildcard's Secret, without which no Route may name it as externalCertificate. */
export function manifests(
  { controller: { name: controller }, namespace, certificate }: Config,
  { own: labels }: ManifestLabels,
): ProfileManifests {
  const metadata = { name: `${controller}-router`, namespace, labels };
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    before: [
      {
        file: `${controller}-rbac.yaml`,
        objects: [
          {
            apiVersion: `${apiGroup}/v1`,
            kind: 'Role',
            metadata,
            rules: [
              {
                apiGroups: [''],
                resources: ['secrets'],
                resourceNames: [certificate.secretName],
                verbs: ['get', 'list', 'watch'],
              },
            ],
          },
          {
            apiVersion: `${apiGroup}/v1`,
            kind: 'RoleBinding',
            metadata,
            roleRef: { apiGroup, kind: 'Role', name: metadata.name },
            subjects: [{ kind: 'ServiceAccount', name: 'router', namespace: 'openshift-ingress' }],
          },
        ],
      },
    ],
    after: [],
  };
}

export function routes({ certificate }: Config, service: PlannedService): readonly RouteObject[] {
  const value = (path: string, given: ChartValue['value'], comment: string): ChartValue => ({
    leaf: 'value',
    path,
    value: given,
    comment,
  });
  const { mode } = service;
  return [
    {
      apiVersion: 'route.openshift.io/v1',
      kind: 'Route',
      section: 'route',
      annotations: value('route.annotations', service.annotations, 'annotations of the Route.'),
      spec: {
        host: value('route.host', service.host, 'host name of the service.'),
        to: { kind: 'Service', name: routeBackend(service).name, weight: 100 },
        port: { targetPort: service.servicePort.name },
        tls: {
          termination: terminations[mode],
          insecureEdgeTerminationPolicy: 'Redirect',
          ...(mode === 'passthrough'
            ? {}
            : {
                externalCertificate: {
                  name: value('route.secretName', certificate.secretName, 'Secret that the router shows for the host.'),
                },
              }),
          ...(mode === 'reencrypt'
            ? {
                destinationCACertificate: value(
                  authorityPath,
                  '',
                  "authority of the pod's certificate, as PEM; apply puts it in.",
                ),
              }
            : {}),
        },
      },
    },
  ];
}
