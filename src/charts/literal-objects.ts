import { hasTlsHop } from '../model/mode.ts';
import { backendOf } from '../model/backend.ts';
import type { PlannedService, RouteObject, WorkloadDialect } from '../model/chart.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { KubeObject } from '../model/kube-object.ts';
import { clientCaDirectory, demoImage, podFiles, printCaddyfile, tlsDirectory } from './demo-backend.ts';
import { readOwnValue, replicasOf } from './own-values.ts';
import { resolveRoute } from './route-object.ts';
import { isJsonArray } from './yaml-value.ts';

export interface LiteralObjectsInput {
  readonly service: PlannedService;
  readonly routes: readonly RouteObject[];
  readonly workload: WorkloadDialect;
  /** What apply puts in the place of values, by their paths. */
  readonly texts?: Readonly<Record<string, string>>;
}

/**
 * The objects of a service's chart without helm, by the same facts that the chart is made of: routes, Service, Deployment and the demo
 * backend's ConfigMap as far as requests meet them, the others by name. A change of the chart's files is not in them. A test holds
 * them against what helm makes.
 */
export function buildChartObjects({
  service,
  routes,
  workload,
  texts = {},
}: LiteralObjectsInput): readonly KubeObject[] {
  const { release: name, namespace } = service;
  const labels = { 'app.kubernetes.io/name': service.name, 'app.kubernetes.io/instance': name };
  const metadata = { name, namespace, labels };
  const portName = service.servicePort.name;
  const read = (path: string): JsonValue | undefined => readOwnValue(service.values, path);
  const replicas = replicasOf(service);
  const ofRoutes = routes.map((route) => resolveRoute(route, { name, namespace, labels, texts }));
  if (backendOf(service) === 'existing') return ofRoutes;
  return [
    ...(service.image === undefined
      ? [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata,
            data: {
              Caddyfile: printCaddyfile({
                name: service.name,
                port: String(service.port),
                ...podFiles(service),
                isHop: hasTlsHop(service.mode),
              }),
            },
          },
        ]
      : []),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: read('service.type') ?? 'ClusterIP',
        selector: labels,
        ports: [{ name: portName, port: service.servicePort.number, targetPort: portName, protocol: 'TCP' }],
      },
    },
    {
      apiVersion: workload.deploymentApiVersion,
      kind: 'Deployment',
      metadata,
      spec: {
        ...(replicas === undefined ? {} : { replicas }),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container(service)], volumes: volumes(service) } },
      },
    },
    ...ofRoutes,
    ...(read('serviceAccount.create') === false
      ? []
      : [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...metadata, name: accountName(service) } }]),
    ...(read('networkPolicy.enabled') === false
      ? []
      : [{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata }]),
    ...(read('podDisruptionBudget.enabled') === false || !maySpread(service)
      ? []
      : [{ apiVersion: workload.podDisruptionBudgetApiVersion, kind: 'PodDisruptionBudget', metadata }]),
    ...(read('autoscaling.enabled') === true
      ? [{ apiVersion: workload.horizontalPodAutoscalerApiVersion, kind: 'HorizontalPodAutoscaler', metadata }]
      : []),
  ];
}

function accountName({ release, values }: PlannedService): string {
  const name = readOwnValue(values, 'serviceAccount.name');
  return typeof name === 'string' && name !== '' ? name : release;
}

/** Whether there may be more than one pod, now or later. */
function maySpread({ replicas, values }: PlannedService): boolean {
  if (readOwnValue(values, 'autoscaling.enabled') === true)
    return readOwnValue(values, 'autoscaling.maxReplicas') !== 1;
  return replicas === undefined || replicas > 1;
}

function container(service: PlannedService): JsonObject {
  const mounts = [
    ...(service.image === undefined ? [{ name: 'caddyfile', mountPath: '/etc/caddy', readOnly: true }] : []),
    ...(service.podTlsSecret === undefined ? [] : [{ name: 'tls', mountPath: tlsDirectory, readOnly: true }]),
    ...(service.clientCaSecret === undefined
      ? []
      : [{ name: 'client-ca', mountPath: clientCaDirectory, readOnly: true }]),
    ...listOwn(service, 'extraVolumeMounts'),
  ];
  return {
    name: service.name,
    image: service.image ?? demoImage,
    ...(service.image === undefined ? {} : { env: environment(service) }),
    ports: [{ name: service.servicePort.name, containerPort: service.port, protocol: 'TCP' }],
    volumeMounts: mounts,
  };
}

function environment(service: PlannedService): readonly JsonValue[] {
  return [
    { name: 'PORT', value: String(service.port) },
    ...(service.podTlsSecret === undefined
      ? []
      : [
          { name: 'TLS_CERT_FILE', value: `${tlsDirectory}/tls.crt` },
          { name: 'TLS_KEY_FILE', value: `${tlsDirectory}/tls.key` },
        ]),
    ...(service.clientCaSecret === undefined
      ? []
      : [{ name: 'TLS_CLIENT_CA_FILE', value: `${clientCaDirectory}/ca.crt` }]),
    ...listOwn(service, 'env'),
  ];
}

function volumes(service: PlannedService): readonly JsonValue[] {
  const secret = (name: string, secretName: string, keys: readonly string[]): JsonValue => ({
    name,
    secret: { secretName, items: keys.map((key) => ({ key, path: key })) },
  });
  return [
    ...(service.image === undefined ? [{ name: 'caddyfile', configMap: { name: service.release } }] : []),
    ...(service.podTlsSecret === undefined ? [] : [secret('tls', service.podTlsSecret, ['tls.crt', 'tls.key'])]),
    ...(service.clientCaSecret === undefined ? [] : [secret('client-ca', service.clientCaSecret, ['ca.crt'])]),
    ...listOwn(service, 'extraVolumes'),
  ];
}

/** What a person's values add to a list. */
function listOwn({ values }: PlannedService, path: string): readonly JsonValue[] {
  const items = readOwnValue(values, path);
  return items !== undefined && isJsonArray(items) ? items : [];
}
