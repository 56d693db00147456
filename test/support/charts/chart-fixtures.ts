import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChartInput, ChartTemplates } from '../../../src/charts/chart.ts';
import { endsInPod } from '../../../src/model/mode.ts';
import type { PlannedService, RouteObject, WorkloadDialect } from '../../../src/model/chart.ts';
import type { Mode } from '../../../src/model/mode.ts';

const folder = fileURLToPath(new URL('../../../templates/chart', import.meta.url));

export const templates: ChartTemplates = Object.fromEntries(
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]),
);

const modernDialect: WorkloadDialect = {
  chartApiVersion: 'v2',
  kubeVersion: '>=1.21.0-0',
  deploymentApiVersion: 'apps/v1',
  podDisruptionBudgetApiVersion: 'policy/v1',
  horizontalPodAutoscalerApiVersion: 'autoscaling/v2',
  seccompProfile: 'field',
  namespaceNameLabel: 'kubernetes.io/metadata.name',
};

const legacyDialect: WorkloadDialect = {
  chartApiVersion: 'v1',
  kubeVersion: '>=1.8.0-0 <1.16.0-0',
  deploymentApiVersion: 'apps/v1beta2',
  podDisruptionBudgetApiVersion: 'policy/v1beta1',
  horizontalPodAutoscalerApiVersion: 'autoscaling/v1',
  seccompProfile: 'annotation',
  namespaceNameLabel: 'name',
};

export function plannedService(mode: Mode, changes: Partial<PlannedService> = {}): PlannedService {
  const name = { terminate: 'svc7', reencrypt: 'svc8', passthrough: 'svc9' }[mode];
  const terminate = mode === 'terminate';
  return {
    name,
    mode,
    host: `${name}.example.test`,
    port: terminate ? 8080 : 8443,
    clientAuth: mode === 'passthrough',
    annotations: {},
    release: `ic3-${name}`,
    namespace: 'default',
    servicePort: terminate ? { name: 'http', number: 80 } : { name: 'https', number: 443 },
    ...(terminate ? {} : { podTlsSecret: `ic3-${name}-tls` }),
    ...(mode === 'passthrough' ? { clientCaSecret: `ic3-${name}-client-ca` } : {}),
    ...(mode === 'reencrypt' ? { upstreamName: `ic3-${name}.default.svc` } : {}),
    ...changes,
  };
}

/** A service without the client certificates that passthrough asks for by default. */
export function withoutClientAuth(service: PlannedService): PlannedService {
  const { clientCaSecret, ...rest } = service;
  return clientCaSecret === undefined ? service : { ...rest, clientAuth: false };
}

export function ingressRoute(service: PlannedService): RouteObject {
  const host = {
    leaf: 'value',
    path: 'ingress.host',
    value: service.host,
    comment: 'Host name that clients ask for.',
  } as const;
  const backend = { service: { name: { leaf: 'fullname' }, port: { name: service.servicePort.name } } } as const;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    section: 'ingress',
    annotations: {
      leaf: 'value',
      path: 'ingress.annotations',
      value: service.annotations,
      comment: 'Annotations of the Ingress.',
    },
    spec: {
      ingressClassName: { leaf: 'value', path: 'ingress.className', value: 'ic3', comment: 'IngressClass.' },
      tls: [{ hosts: [host] }],
      rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  };
}

/** The article's generation of the same object. */
function legacyIngressRoute(service: PlannedService): RouteObject {
  const host = {
    leaf: 'value',
    path: 'ingress.host',
    value: service.host,
    comment: 'Host name that clients ask for.',
  } as const;
  const backend = { serviceName: { leaf: 'fullname' }, servicePort: service.servicePort.number } as const;
  return {
    ...ingressRoute(service),
    apiVersion: 'extensions/v1beta1',
    spec: { tls: [{ hosts: [host] }], rules: [{ host, http: { paths: [{ path: '/', backend }] } }] },
  };
}

export function chartInput(service: PlannedService, changes: Partial<ChartInput> = {}): ChartInput {
  return {
    service,
    routes: [ingressRoute(service)],
    workload: modernDialect,
    authority: endsInPod(service.mode) ? 'certs/ca.crt' : 'certs/wildcard.crt',
    podClientAuthority: 'certs/svc9-client-ca.crt',
    controllerName: 'ic3',
    controllerNamespace: 'ingress-nginx-demo',
    chartVersion: '0.1.0',
    entry: { kind: 'node-port', port: 30092 },
    ...changes,
  };
}

export function legacyInput(service: PlannedService): ChartInput {
  return chartInput(service, { workload: legacyDialect, routes: [legacyIngressRoute(service)] });
}
