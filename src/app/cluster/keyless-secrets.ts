import { UsageError } from '../../errors.ts';
import { printObjectName } from '../../kube/object-identity.ts';
import { createServerDryRun } from '../../world/kubectl/server-dry-run.ts';
import { judgeUnwritable } from '../../cluster/object-changes.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import type { FileObjectChange } from '../../model/changes.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { RenderedProject } from './rendered-project.ts';
import type { ClusterTools } from './tools.ts';

/**
 * How Secrets are on the cluster whose keys are not here.
 * @param known Secrets that were read already, by identifyObject; the others are asked for by name, whoever made them.
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function lookAtKeyless(
  tools: ClusterTools,
  keyless: RenderedProject['keyless'],
  known: ReadonlyMap<string, KubeObject> = new Map(),
): Promise<readonly FileObjectChange[]> {
  const find = ({ kind, metadata }: KubeObject): KubeObject | undefined => known.get(identifyObject(kind, metadata));
  const unknown = keyless.flatMap(({ object }) => (find(object) === undefined ? [object] : []));
  const read = unknown.length === 0 ? undefined : await createServerDryRun(tools.exec, tools).readLive(unknown);
  return keyless.map((secret) => judgeUnwritable(secret, find(secret.object) ?? read?.get(secret.object)));
}

/** @throws UsageError naming each key without which a Secret would stay missing, or of another certificate. */
export function refuseMissingKeys(changes: readonly FileObjectChange[]): void {
  const lines = changes
    .filter(({ change, missingKeys }) => missingKeys !== undefined && change !== 'unchanged')
    .map(
      ({ object, change, missingKeys = [] }) =>
        `${missingKeys.join(', ')} is not here, and ${printObjectName(object)} ${change === 'create' ? 'is not on the cluster' : 'holds another certificate than certs/'}`,
    );
  const [first, ...others] = lines;
  if (first === undefined) return;
  const remedy = 'bring the keys from where the certificates were made, or have apply run there';
  if (others.length === 0) throw new UsageError(`nothing was applied: ${first}`, { remedy });
  throw new UsageError(`nothing was applied: see the ${lines.length} keys above`, { details: lines, remedy });
}
