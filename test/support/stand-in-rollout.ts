import type { Answer } from './stand-in-answers.ts';

/** A listing by path, of what helm or apply brought: how world/kubectl/list-workloads.ts asks, and nobody else. */
const brought = 'labelSelector=app.kubernetes.io%2Fmanaged-by+in+%28Helm%2Cingress-tls%29&limit';

/** How Deployments of a namespace are when apply begins to wait for them, as Kubernetes 1.35.4 lists them: the items say nothing of their kind. */
export function rollout(namespace: string, isReady: Readonly<Record<string, boolean>>): Answer {
  const items = Object.entries(isReady).map(([name, ready]) => ({
    metadata: { name, namespace, generation: 2, labels: { 'app.kubernetes.io/managed-by': 'Helm' } },
    spec: { replicas: 1 },
    status: {
      observedGeneration: 2,
      replicas: ready ? 1 : 2,
      updatedReplicas: 1,
      readyReplicas: 1,
      availableReplicas: 1,
    },
  }));
  return {
    tool: 'kubectl',
    when: ['get', `--raw=/apis/apps/v1/namespaces/${namespace}/deployments?${brought}`],
    stdout: JSON.stringify({
      kind: 'DeploymentList',
      apiVersion: 'apps/v1',
      metadata: { resourceVersion: '1' },
      items,
    }),
  };
}
