import { describe } from 'vitest';
import { clusterUnderTest, type Cluster } from './cluster.ts';
import { findTool, whyMissing, type Tool } from './tools.ts';
import './provided.ts';

/**
 * A describe block that needs a real tool: `body` gets its path. Without the tool its tests are skipped, and the tier
 * reporter says why.
 */
export function describeWithTool(tool: Tool, title: string, body: (path: string) => void): void {
  const path = findTool(tool);
  const reason = path === undefined ? whyMissing(tool) : undefined;
  describeUnless(reason, title, () => {
    body(path ?? tool);
  });
}

/** A describe block that needs a running cluster: without one its tests are skipped, and the tier reporter says why. */
export function describeWithCluster(title: string, body: (cluster: Cluster) => void): void {
  const cluster = clusterUnderTest();
  const reason = cluster === undefined ? 'no cluster (KUBECONFIG=... npm run test:cluster)' : undefined;
  describeUnless(reason, title, () => {
    body(cluster ?? { kubeconfig: '' });
  });
}

/** A describe block whose tests are skipped when there is a reason, which the tier reporter prints. */
export function describeUnless(reason: string | undefined, title: string, body: () => void): void {
  describe(title, reason === undefined ? {} : { skip: true, meta: { skipReason: reason } }, body);
}
