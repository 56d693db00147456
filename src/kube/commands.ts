import type { ObjectReference } from '../model/kube-object.ts';
import type { ToolCommand } from '../model/plan.ts';

/** Which cluster a command goes to; absent: what the tool takes by itself. */
export interface ClusterConnection {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/**
 * Owner of the fields that we apply. A name other than `kubectl` also keeps kubectl from writing the whole object, a
 * Secret's data included, into the annotation kubectl.kubernetes.io/last-applied-configuration
 * (kubernetes/kubectl@v0.35.0:pkg/cmd/apply/apply.go, saveLastApplyAnnotationIfNecessary).
 */
export const fieldManager = 'ingress-tls';

/**
 * Arguments of kubectl: global options, then the command's own. Values stand behind `=`, so that none is taken for an
 * option.
 */
export function buildKubectlArgs(
  { context, kubeconfig }: ClusterConnection,
  args: readonly string[],
): readonly string[] {
  return [
    ...(context === undefined ? [] : [`--context=${context}`]),
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...args,
  ];
}

/** A command of kubectl that changes nothing. @param connection with the seconds for one request; absent: it makes none, or has its own time. */
export function kubectlQuestion(
  { requestTimeout, ...connection }: ClusterConnection & { readonly requestTimeout?: number },
  args: readonly string[],
): ToolCommand {
  const bound = requestTimeout === undefined ? [] : [`--request-timeout=${requestTimeout}s`];
  return { tool: 'kubectl', effect: 'read', args: buildKubectlArgs(connection, [...bound, ...args]) };
}

/**
 * Applies the objects of files, given on standard input.
 *
 * Client-side (before Kubernetes 1.16) copies every object into its last-applied annotation: never use it for Secrets, see
 * secretCommands.
 */
export function applyCommand({
  files,
  method,
  forceConflicts,
  ...connection
}: ClusterConnection & {
  readonly files: readonly string[];
  readonly method: 'server-side' | 'client-side';
  readonly forceConflicts: boolean;
}): ToolCommand {
  const force = forceConflicts ? ['--force-conflicts'] : [];
  const options = method === 'server-side' ? ['--server-side', `--field-manager=${fieldManager}`, ...force] : [];
  return {
    ...write(connection, ['apply', ...options, '-f', '-'], files),
    ...(method === 'server-side' && { retry: 'always' }),
  };
}

/**
 * Brings Secret manifests to the cluster without a copy of their data in an annotation: one server-side apply, or, for old
 * clusters, `kubectl create` for those that do not exist and `kubectl replace` for those that do (neither annotates).
 * @param files paths of the manifests; @param existing those whose Secret exists, needed for client-side only.
 */
export function secretCommands({
  files,
  existing,
  method,
  forceConflicts,
  ...connection
}: ClusterConnection & {
  readonly files: readonly string[];
  readonly existing: ReadonlySet<string>;
  readonly method: 'server-side' | 'client-side';
  readonly forceConflicts: boolean;
}): readonly ToolCommand[] {
  if (files.length === 0) return [];
  if (method === 'server-side') return [applyCommand({ files, method, forceConflicts, ...connection })];
  const absent = files.filter((file) => !existing.has(file));
  const present = files.filter((file) => existing.has(file));
  return [
    ...(absent.length === 0 ? [] : [write(connection, ['create', '-f', '-'], absent)]),
    ...(present.length === 0 ? [] : [write(connection, ['replace', '-f', '-'], present)]),
  ];
}

/**
 * Waits until workloads of one namespace are rolled out, one after the other: `timeout`, in seconds, is for each of them
 * (kubernetes/kubectl@v0.35.0:pkg/cmd/rollout/rollout_status.go).
 */
export function rolloutCommand({
  workloads,
  namespace,
  timeout,
  ...connection
}: ClusterConnection & {
  readonly workloads: readonly ObjectReference[];
  readonly namespace: string;
  readonly timeout: number;
}): ToolCommand {
  const names = workloads.map(({ kind, name }) => `${kind.toLowerCase()}/${name}`);
  return kubectlQuestion(connection, [
    'rollout',
    'status',
    ...names,
    `--namespace=${namespace}`,
    `--timeout=${timeout}s`,
  ]);
}

/** Waits until cert-manager has issued Certificates of one namespace; `timeout`, in seconds, is for each of them. */
export function awaitCertificatesCommand({
  names,
  namespace,
  timeout,
  ...connection
}: ClusterConnection & {
  readonly names: readonly string[];
  readonly namespace: string;
  readonly timeout: number;
}): ToolCommand {
  return kubectlQuestion(connection, [
    'wait',
    '--for=condition=Ready',
    ...names.map((name) => `certificates.cert-manager.io/${name}`),
    `--namespace=${namespace}`,
    `--timeout=${timeout}s`,
  ]);
}

/**
 * Deletes objects of one namespace, or cluster-scoped ones, and waits until they are gone; those that are gone already
 * are no failure. `resource` as kubectl knows it, with its group: `deployments.apps`.
 */
export function deleteCommand({
  resource,
  names,
  namespace,
  timeout,
  withDependents,
  ...connection
}: ClusterConnection & {
  readonly resource: string;
  readonly names: readonly string[];
  readonly namespace?: string;
  readonly timeout: number;
  /** Whether to wait for the pods as well: the object stays until they are gone. Needs a kubectl that knows it (>= 1.20). */
  readonly withDependents?: boolean;
}): ToolCommand {
  const args = [
    'delete',
    // As resource/name: the name of an RBAC object may begin with a dash.
    ...names.map((name) => `${resource}/${name}`),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    '--ignore-not-found=true',
    ...(withDependents === true ? ['--cascade=foreground'] : []),
    '--wait=true',
    `--timeout=${timeout}s`,
  ];
  return { ...write(connection, args), retry: 'always' };
}

/** Names those of these objects that are there, one a line. */
export function remainingObjectsCommand({
  resource,
  names,
  namespace,
  ...connection
}: ClusterConnection & {
  readonly resource: string;
  readonly names: readonly string[];
  readonly namespace?: string;
}): ToolCommand {
  const args = [
    'get',
    ...names.map((name) => `${resource}/${name}`),
    ...(namespace === undefined ? [] : [`--namespace=${namespace}`]),
    '--ignore-not-found=true',
    '--output=name',
  ];
  return kubectlQuestion(connection, args);
}

function write(connection: ClusterConnection, args: readonly string[], stdinFiles?: readonly string[]): ToolCommand {
  return {
    tool: 'kubectl',
    effect: 'write',
    args: buildKubectlArgs(connection, args),
    ...(stdinFiles && { stdinFiles }),
  };
}
