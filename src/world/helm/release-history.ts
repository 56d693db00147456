import type { ClusterConnection } from '../../kube/commands.ts';
import { ToolError, UsageError } from '../../errors.ts';
import { helmHistoryCommand, helmQuestion } from '../../kube/helm-commands.ts';
import { fieldAt, textField } from '../../kube/object-fields.ts';
import { placeObject } from '../../kube/object-scope.ts';
import { parseObjects } from '../../kube/parse-yaml.ts';
import type { ReleaseName } from '../../model/changes.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { ReleaseRevision } from '../../model/release-revision.ts';
import type { Exec } from '../exec/exec.ts';
import { listAt, parseJson } from '../../kube/json-answer.ts';
import { askTool, explainFailure, findText, garbledAnswer, hasFailed } from '../exec/tool-failure.ts';

/**
 * Asks helm for the revisions of a release, the oldest first; none when there is no such release.
 * @throws ToolError when helm or the cluster fails.
 */
export async function readReleaseHistory(
  exec: Exec,
  connection: ClusterConnection,
  subject: ReleaseName,
): Promise<readonly ReleaseRevision[]> {
  const what = `cannot read the history of release ${subject.namespace}/${subject.name}`;
  const question = helmHistoryCommand({ ...connection, ...subject });
  const result = await exec.run(question, { what });
  if (result.exitCode !== 0 && findText(result, 'no-release')) return [];
  if (hasFailed(result)) throw explainFailure(question, what, result);
  const revisions = listAt({ revisions: parseJson(result.stdout) }, 'revisions')?.map(readRevision);
  if (result.isCut || revisions === undefined || !revisions.every((revision) => revision !== undefined))
    throw garbledAnswer('helm', what, result);
  return revisions.sort((a, b) => a.revision - b.revision);
}

/**
 * The objects that the newest revision of a release was made of, hooks left out.
 * @throws ToolError when helm or the cluster fails, or when what helm keeps cannot be read.
 */
export async function readReleaseManifest(
  exec: Exec,
  connection: ClusterConnection,
  { name, namespace }: ReleaseName,
): Promise<readonly KubeObject[]> {
  const what = `cannot read what release ${name} was made of`;
  const result = await askTool(
    exec,
    helmQuestion(connection, ['get', 'manifest', name, `--namespace=${namespace}`], { release: { name, namespace } }),
    { what },
  );
  if (result.isCut) throw new ToolError(`${what}: it is larger than we can read`);
  try {
    return parseObjects(result.stdout, `the manifest of release ${name}`).map((object) =>
      placeObject(object, namespace),
    );
  } catch (error) {
    // No file of the project is to blame.
    if (error instanceof UsageError)
      throw new ToolError(`${what}: ${error.message}`, {
        cause: error,
        remedy: `helm get manifest ${name} --namespace=${namespace} shows it.`,
      });
    throw error;
  }
}

/** Status words and revision numbers alone are taken into our own texts. */
function readRevision(value: unknown): ReleaseRevision | undefined {
  const [revision, status] = [fieldAt(value, 'revision'), textField(value, 'status')];
  if (typeof revision !== 'number' || !Number.isSafeInteger(revision) || revision < 1) return undefined;
  if (status === undefined || !/^[a-z-]{1,40}$/.test(status)) return undefined;
  const begunAt = Date.parse(textField(value, 'updated') ?? '') / 1000;
  // helm@4.1.4:pkg/action/rollback.go, prepareRollback; the same words in helm 3.22.0.
  const likeRevision = Number(/^Rollback to (\d{1,9})$/.exec(textField(value, 'description') ?? '')?.[1]);
  return {
    revision,
    status,
    ...(Number.isFinite(begunAt) ? { begunAt } : {}),
    ...(Number.isSafeInteger(likeRevision) ? { likeRevision } : {}),
  };
}
