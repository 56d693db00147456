import { buildKubectlArgs, type ClusterConnection } from '../kube/commands.ts';
import type { Exec, ToolResult } from './exec.ts';
import { explainKubectlFailure } from './kubectl-failures.ts';
import { garbledAnswer } from './tool-failure.ts';

/** How a cluster is asked. */
export interface ClusterAccess {
  readonly connection: ClusterConnection;
  /** Seconds for one request to the cluster. */
  readonly requestTimeout: number;
}

/** Milliseconds for a kubectl that asks something: a request is tried again a few times for discovery. */
export function questionLimit({ requestTimeout }: Pick<ClusterAccess, 'requestTimeout'>): number {
  return (2 * requestTimeout + 5) * 1000;
}

/**
 * Asks a cluster something, whatever the answer's length.
 * @param what the question as a failure, `cannot list the helm releases`; @param args of kubectl, without the connection.
 * @throws ToolError when kubectl or the cluster fails.
 */
export async function askForPart(exec: Exec, access: ClusterAccess, what: string, args: readonly string[]): Promise<ToolResult> {
  const command = { tool: 'kubectl', effect: 'read', args: buildKubectlArgs(access.connection, [`--request-timeout=${access.requestTimeout}s`, ...args]) } as const;
  const result = await exec.run(command, { timeoutMs: questionLimit(access) });
  if (result.exitCode !== 0 || result.timedOut) throw explainKubectlFailure(what, result);
  return result;
}

/** The same for an answer of which nothing may be missing. @throws ToolError as above, and for one that is more than we can read. */
export async function askKubectl(exec: Exec, access: ClusterAccess, what: string, args: readonly string[]): Promise<ToolResult> {
  const result = await askForPart(exec, access, what, args);
  if (result.isCut) throw garbledAnswer('kubectl', what, result);
  return result;
}

/**
 * Asks the API server for a path as it answers it: kubectl neither decodes nor prints it again, which takes it most of its time.
 * @returns undefined when the server does not serve the path. @throws ToolError as above.
 */
export async function askRaw(exec: Exec, access: ClusterAccess, what: string, path: string): Promise<ToolResult | undefined> {
  const args = buildKubectlArgs(access.connection, [`--request-timeout=${access.requestTimeout}s`, 'get', `--raw=${path}`]);
  const result = await exec.run({ tool: 'kubectl', effect: 'read', args }, { timeoutMs: questionLimit(access) });
  if (result.exitCode !== 0 && /\(NotFound\)/.test(result.stderr)) return undefined;
  if (result.exitCode !== 0 || result.timedOut) throw explainKubectlFailure(what, result);
  return result;
}
