import type { JsonObject } from '../model/json.ts';
import type { Labels } from '../model/kube-object.ts';

/** A probe by HTTP on the port `health`; the delay is in seconds, and how many failures in a row count. */
export function healthProbe(path: string, initialDelaySeconds: number, failureThreshold: number): JsonObject {
  return {
    httpGet: { path, port: 'health', scheme: 'HTTP' },
    initialDelaySeconds,
    periodSeconds: 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold,
  };
}

/** For the day somebody scales up; preferred, so that a cluster of one node can still roll out. */
export function spreadOverNodes(selector: Labels): JsonObject {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: { labelSelector: { matchLabels: selector }, topologyKey: 'kubernetes.io/hostname' },
        },
      ],
    },
  };
}
