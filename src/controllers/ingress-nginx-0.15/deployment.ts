import { className, type Config } from '../../model/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { commonNames, type ControllerNames } from './names.ts';

/** The article's image; 0.15.0 was published without a digest to pin it by. */
const defaultImage = 'quay.io/kubernetes-ingress-controller/nginx-ingress-controller:0.15.0';

/** The article's Deployment, passthrough flag included (bigwhite/experiments@e3a40e4 manifests/ic3-mandatory.yaml). */
export function deployment(config: Config, names: ControllerNames, labels: Labels): KubeObject {
  const selector = { app: names.service };
  return {
    apiVersion: 'extensions/v1beta1',
    kind: 'Deployment',
    metadata: { name: names.deployment, namespace: config.controller.namespace, labels },
    spec: {
      replicas: config.controller.replicas ?? 1,
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: selector, annotations: { 'prometheus.io/port': '10254', 'prometheus.io/scrape': 'true' } },
        spec: { serviceAccountName: commonNames.serviceAccount, containers: [container(config, names)] },
      },
    },
  };
}

function container(config: Config, names: ControllerNames): JsonObject {
  return {
    name: names.deployment,
    image: config.controller.image ?? defaultImage,
    args: commandLine(config, names),
    env: [
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    ],
    ports: [
      { name: 'http', containerPort: 80 },
      { name: 'https', containerPort: 443 },
    ],
    livenessProbe: { ...healthProbe, initialDelaySeconds: 10 },
    readinessProbe: healthProbe,
    // 0.15.0 runs as root; the first image with a user of its own is 0.16.0.
    securityContext: { runAsNonRoot: false },
  };
}

/** In the article's order. 0.15.0 ends at once if the default backend's Service is missing, or the one it publishes. */
function commandLine(config: Config, names: ControllerNames): readonly string[] {
  return [
    '/nginx-ingress-controller',
    `--default-backend-service=$(POD_NAMESPACE)/${commonNames.defaultBackend}`,
    `--configmap=$(POD_NAMESPACE)/${names.configuration}`,
    `--tcp-services-configmap=$(POD_NAMESPACE)/${names.tcpServices}`,
    `--udp-services-configmap=$(POD_NAMESPACE)/${names.udpServices}`,
    `--publish-service=$(POD_NAMESPACE)/${names.service}`,
    '--annotations-prefix=nginx.ingress.kubernetes.io',
    '--enable-ssl-passthrough',
    `--ingress-class=${className(config)}`,
  ];
}

const healthProbe: JsonObject = {
  failureThreshold: 3,
  httpGet: { path: '/healthz', port: 10254, scheme: 'HTTP' },
  periodSeconds: 10,
  successThreshold: 1,
  timeoutSeconds: 1,
};
