import { kubectlQuestion, type ClusterConnection } from '../../kube/commands.ts';
import type { ToolCommand } from '../../model/plan.ts';
import type { Exec, ToolResult } from '../exec/exec.ts';
import { askTool, explainFailure, findText, garbledAnswer, hasFailed } from '../exec/tool-failure.ts';

/** How a cluster is asked. */
export interface ClusterAccess {
  readonly connection: ClusterConnection;
  /** Seconds for one request to the cluster. */
  readonly requestTimeout: number;
  /**
   * Whether the API is known to lie at the root of the server's URL. kubectl before 1.34 drops a path of that URL from what --raw asks
   * (kubernetes/kubernetes#131165), and would ask whoever answers at the root: where it is not known, nothing is asked so.
   */
  readonly isAtRoot?: boolean;
}

/**
 * Asks a cluster something.
 * @param what the question as a failure, `cannot list the helm releases`; @param args of kubectl, without the connection.
 * @throws ToolError when kubectl or the cluster fails, and for an answer that is more than we can read.
 */
export async function askKubectl(
  exec: Exec,
  access: ClusterAccess,
  what: string,
  args: readonly string[],
): Promise<ToolResult> {
  const result = await askTool(exec, question(access, args), { what });
  if (result.isCut) throw garbledAnswer('kubectl', what, result);
  return result;
}

/**
 * The same for what may hold a Secret: nothing of the answer is in an error, and one that is more than we can read is returned as it is.
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function askForObjects(
  exec: Exec,
  access: ClusterAccess,
  what: string,
  args: readonly string[],
): Promise<ToolResult> {
  return showNothing(what, await exec.run(question(access, args), { what }));
}

/**
 * Asks the API server for a path as it answers it: kubectl neither decodes nor prints it again, which takes it most of its time. Nothing of
 * the answer is in an error.
 * @returns the answer, cut where it is more than we can read; undefined when the server does not serve the path.
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function askRaw(
  exec: Exec,
  access: ClusterAccess,
  what: string,
  path: string,
): Promise<ToolResult | undefined> {
  const result = await exec.run(question(access, ['get', `--raw=${path}`]), { what });
  return hasFailed(result) && findText(result, 'not-found') ? undefined : showNothing(what, result);
}

function showNothing(what: string, result: ToolResult): ToolResult {
  // A kubectl that was stopped at work leaves a part of its answer and no words of its own.
  if (hasFailed(result)) throw explainFailure({ tool: 'kubectl' }, what, { ...result, stdout: '' });
  return result;
}

/** What kubectl prints with jsonpath or `-o=name`: a line each. */
export function splitLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function question({ connection, requestTimeout }: ClusterAccess, args: readonly string[]): ToolCommand {
  return kubectlQuestion({ ...connection, requestTimeout }, args);
}
