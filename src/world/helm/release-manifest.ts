import { ToolError, UsageError } from '../../errors.ts';
import { helmQuestion } from '../../kube/helm-commands.ts';
import type { ClusterConnection } from '../../kube/commands.ts';
import { placeObject } from '../../kube/object-scope.ts';
import { parseObjects } from '../../kube/parse-yaml.ts';
import type { ReleaseName } from '../../model/changes.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Exec } from '../exec/exec.ts';
import { askTool } from '../exec/tool-failure.ts';

/**
 * The objects that the newest revision of a release was made of, hooks left out.
 * @throws ToolError when helm or the cluster fails, or when what helm keeps cannot be read.
 */
export async function readReleaseManifest(exec: Exec, connection: ClusterConnection, { name, namespace }: ReleaseName): Promise<readonly KubeObject[]> {
  const what = `cannot read what release ${name} was made of`;
  const result = await askTool(exec, helmQuestion(connection, ['get', 'manifest', name, `--namespace=${namespace}`], { release: { name, namespace } }), { what });
  if (result.isCut) throw new ToolError(`${what}: it is larger than we can read`);
  try {
    return parseObjects(result.stdout, `the manifest of release ${name}`).map((object) => placeObject(object, namespace));
  } catch (error) {
    // No file of the project is to blame.
    if (error instanceof UsageError) throw new ToolError(`${what}: ${error.message}`, { cause: error, remedy: `helm get manifest ${name} --namespace=${namespace} shows it.` });
    throw error;
  }
}
