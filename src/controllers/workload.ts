import type { Config } from '../model/config.ts';
import type { JsonObject } from '../model/json.ts';
import type { KubeObject, Labels } from '../model/kube-object.ts';

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

/** For more than one pod; preferred, so that a cluster of one node can still roll out. */
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

/** The number of pods, where it is ours to set: without it `kubectl scale` and an autoscaler are nobody's conflict. */
export function replicaCount({ controller: { replicas } }: Config): JsonObject {
  return replicas === undefined ? {} : { replicas };
}

/** One pod may be taken away at a time. For a single pod there is none: it would only block the draining of its node. */
export function disruptionBudgets(
  { controller: { namespace, replicas = 1 } }: Config,
  { name, labels, selector, apiVersion = 'policy/v1' }: DisruptionBudget,
): readonly KubeObject[] {
  if (replicas < 2) return [];
  return [
    {
      apiVersion,
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace, labels },
      spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
    },
  ];
}

interface DisruptionBudget {
  readonly name: string;
  readonly labels: Labels;
  /** Of the controller's pods. */
  readonly selector: Labels;
  readonly apiVersion?: string;
}
