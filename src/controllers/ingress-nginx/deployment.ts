import type { Config } from '../../model/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { readExposure } from '../exposure.ts';
import { selectorLabels } from './labels.ts';
import type { ControllerNames } from './names.ts';
import { healthProbe, replicaCount, spreadOverNodes } from '../workload.ts';

/** The last release (kubernetes/ingress-nginx@controller-v1.15.1 changelog/controller-1.15.1.md), pinned by digest. */
export const defaultImage =
  'registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:594ceea76b01c592858f803f9ff4d2cb40542cae2060410b2c95f75907d659e1';

/**
 * The controller, after kubernetes/ingress-nginx@v1.15.1 deploy/static/provider/baremetal/deploy.yaml, without the admission
 * webhook. The rollout differs: upstream takes the only pod away first, which is an outage of some ten seconds.
 */
export function deployment(config: Config, names: ControllerNames, labels: Labels): KubeObject {
  const selector = selectorLabels(names);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: names.deployment, namespace: config.controller.namespace, labels },
    spec: {
      ...replicaCount(config),
      revisionHistoryLimit: 10,
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels: selector },
        spec: {
          serviceAccountName: names.fullName,
          affinity: spreadOverNodes(selector),
          containers: [container(config, names)],
          dnsPolicy: 'ClusterFirst',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          // Open connections may finish: /wait-shutdown below waits for them.
          terminationGracePeriodSeconds: 300,
        },
      },
    },
  };
}

function container(config: Config, names: ControllerNames): JsonObject {
  return {
    name: 'controller',
    image: config.controller.image ?? defaultImage,
    imagePullPolicy: 'IfNotPresent',
    args: commandLine(config, names),
    env: [
      // The controller ends at once without these two (v1.15.1 internal/k8s/main.go).
      { name: 'POD_NAME', valueFrom: podField('metadata.name') },
      { name: 'POD_NAMESPACE', valueFrom: podField('metadata.namespace') },
      { name: 'LD_PRELOAD', value: '/usr/local/lib/libmimalloc.so' },
    ],
    ports: [
      { name: 'http', containerPort: 80, protocol: 'TCP' },
      { name: 'https', containerPort: 443, protocol: 'TCP' },
      { name: 'health', containerPort: 10254, protocol: 'TCP' },
    ],
    livenessProbe: healthProbe('/healthz', 10, 5),
    readinessProbe: healthProbe('/healthz', 10, 3),
    lifecycle: { preStop: { exec: { command: ['/wait-shutdown'] } } },
    // Requests only: upstream advises against limits, since a throttled or killed proxy takes every host with it.
    resources: { requests: { cpu: '100m', memory: '90Mi' } },
    securityContext,
  };
}

/**
 * Class, annotation class and election id are set together: controllers that differ in one of them only still serve each
 * other's Ingresses (v1.15.1 internal/ingress/controller/store/store.go). The passthrough flag is always there, so that adding
 * a passthrough service restarts nothing; it costs the other hosts one hop inside the pod (#7827). Without --publish-service
 * an Ingress shows the node's address, where the node port answers, rather than the Service's cluster address; with it, the load
 * balancer's.
 */
function commandLine(config: Config, names: ControllerNames): readonly string[] {
  return [
    '/nginx-ingress-controller',
    `--election-id=${names.election}`,
    `--controller-class=${names.controllerClass}`,
    `--ingress-class=${names.ingressClass}`,
    `--configmap=$(POD_NAMESPACE)/${names.configMap}`,
    ...(readExposure(config).type === 'NodePort' ? [] : [`--publish-service=$(POD_NAMESPACE)/${names.fullName}`]),
    '--enable-ssl-passthrough',
    // Ignores an Ingress with a defaultBackend, which would answer for every unknown host; those still get the built-in 404.
    '--disable-catch-all',
    '--disable-svc-external-name',
    '--profiling=false',
  ];
}

/**
 * With its apiVersion, the default: the API server compares a fieldRef as a whole (kubernetes@v1.35.4
 * staging/src/k8s.io/api/core/v1/types.go, ObjectFieldSelector: +structType=atomic), so without it whoever applies the file
 * second, under another field manager's name, meets a conflict.
 */
function podField(fieldPath: string): JsonObject {
  return { fieldRef: { apiVersion: 'v1', fieldPath } };
}

/**
 * Meets the restricted Pod Security Standard. The image's programs carry the file capability NET_BIND_SERVICE and do not start
 * without it (#3668); user and group are the image's; it writes below /etc/nginx, so the root file system cannot be read-only.
 */
const securityContext: JsonObject = {
  runAsNonRoot: true,
  runAsUser: 101,
  runAsGroup: 82,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: false,
  capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
