import { digestText } from '../../kube/digest.ts';
import type { Config } from '../../model/config.ts';
import type { JsonObject } from '../../model/json.ts';
import type { KubeObject, Labels } from '../../model/kube-object.ts';
import { ending, ports } from './command-line.ts';
import { selectorLabels } from './labels.ts';
import type { ControllerNames } from './names.ts';
import { printTlsSettings, settingsPlace } from './tls-settings.ts';
import { healthProbe, replicaCount, spreadOverNodes } from '../workload.ts';

/**
 * A released 3.7. By its tag alone: the digest of the published image could not be looked up where this was written, and a
 * digest hides an image that was only loaded into a node. `controller.image` takes one with a digest.
 */
export const defaultImage = 'docker.io/library/traefik:v3.7.13';

/** The controller. It rolls out without taking the only pod away. */
export function deployment(
  config: Config,
  names: ControllerNames,
  labels: Labels,
  args: readonly string[],
): KubeObject {
  const selector = selectorLabels(config);
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
        metadata: { labels: selector, annotations: { 'checksum/settings': digestText(printTlsSettings(config)) } },
        spec: {
          serviceAccountName: names.fullName,
          affinity: spreadOverNodes(selector),
          containers: [container(config, args)],
          dnsPolicy: 'ClusterFirst',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          terminationGracePeriodSeconds: ending.accept + ending.drain + 5,
          volumes: [
            { name: 'settings', configMap: { name: names.configMap } },
            // Request bodies that are too large for memory (proxy-request-buffering); the size is the provider's own limit.
            { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
          ],
        },
      },
    },
  };
}

/** Named as in profile ingress-nginx, so that an exchange changes a container and leaves no half of the other one behind. */
function container(config: Config, args: readonly string[]): JsonObject {
  return {
    name: 'controller',
    image: config.controller.image ?? defaultImage,
    imagePullPolicy: 'IfNotPresent',
    args: [...args],
    ports: Object.entries(ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
    livenessProbe: healthProbe('/ping', 10, 5),
    // Traefik answers the probe before it has read the first Ingress; a pod that is ready has to know its routes.
    readinessProbe: healthProbe('/ping', 5, 3),
    // Requests only: a throttled or killed proxy takes every host with it.
    resources: { requests: { cpu: '100m', memory: '90Mi' } },
    securityContext,
    volumeMounts: [
      { name: 'settings', mountPath: settingsPlace.folder, readOnly: true },
      { name: 'tmp', mountPath: '/tmp' },
    ],
  };
}

/** Meets the restricted Pod Security Standard, with nothing added. */
const securityContext: JsonObject = {
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
