import type { ReleaseName } from '../model/changes.ts';
import type { ToolCommand } from '../model/plan.ts';
import type { ClusterConnection } from './commands.ts';

/** A Helm release and how it is installed. */
export interface HelmUpgrade extends ClusterConnection {
  readonly release: string;
  /** Folder of the chart in the project: `charts/svc7`. */
  readonly chartFolder: string;
  readonly namespace: string;
  /** Seconds, for each operation of helm. */
  readonly timeout: number;
  readonly helmMajor: 3 | 4;
  /** Labels of the release, found again by `helm list --selector` (helm >= 3.13). */
  readonly labels: Readonly<Record<string, string>>;
  /** Dotted path in the values -> file of the project whose text is the value. Must be public: helm stores it. */
  readonly setFiles: Readonly<Record<string, string>>;
  /** How many pods the Deployment keeps where the chart says no number. */
  readonly keepReplicas?: number;
  /** Whether fields that another manager set are taken over; helm 3, which knows no managers, always does. */
  readonly forceConflicts: boolean;
  /** Whether the API server checks field names and types itself (Kubernetes >= 1.27, KEP-2885), so that helm need not. */
  readonly serverValidates: boolean;
}

/** Arguments of helm: global options, then the command's own. */
function buildHelmArgs({ context, kubeconfig }: ClusterConnection, args: readonly string[]): readonly string[] {
  return [
    ...(context === undefined ? [] : [`--kube-context=${context}`]),
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...args,
  ];
}

/** A command of helm that changes nothing. */
export function helmQuestion(
  connection: ClusterConnection,
  args: readonly string[],
  known: Pick<ToolCommand, 'release' | 'isLocal'> = {},
): ToolCommand {
  return { tool: 'helm', effect: 'read', args: buildHelmArgs(connection, args), ...known };
}

/**
 * Installs or upgrades a release without waiting for its pods. apply waits afterwards, for all releases at once: a helm that is
 * killed leaves its release pending (helm/helm#4558), so it should run for a second and not for minutes, and a helm that goes
 * back by itself takes away the pods that would have told why.
 *
 * `--disable-openapi-validation`: where the server checks, helm leaves the checking to it but still fetches and reads all schemas, twice for an
 * upgrade (helm@4.1.4:pkg/action/upgrade.go): two thirds of the time of a call. What a server refuses stays the same with it (tried).
 *
 * `--reset-values`: without it helm takes over the values of the last revision when a call brings none
 * (helm@3.13.0:pkg/action/upgrade.go, reuseValues), so that the result would depend on more than the chart.
 */
export function helmUpgradeCommand(upgrade: HelmUpgrade): ToolCommand {
  const {
    release,
    chartFolder,
    namespace,
    timeout,
    helmMajor,
    labels,
    setFiles,
    keepReplicas,
    forceConflicts,
    serverValidates,
    ...connection
  } = upgrade;
  const labelList = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return write(connection, { name: release, namespace }, 'after-repair', [
    'upgrade',
    '--install',
    release,
    chartArgument(chartFolder),
    `--namespace=${namespace}`,
    '--reset-values',
    ...setFileOptions(setFiles),
    ...(keepReplicas === undefined ? [] : [`--set=keepReplicas=${keepReplicas}`]),
    ...(labelList.length === 0 ? [] : [`--labels=${labelList.join(',')}`]),
    // A release that helm 3 began is upgraded by patches until it is told otherwise, and those know no conflicts (tried, helm 4.1.4).
    ...(forceConflicts && helmMajor === 4 ? ['--server-side=true', '--force-conflicts'] : []),
    ...(serverValidates ? ['--disable-openapi-validation'] : []),
    `--timeout=${timeout}s`,
  ]);
}

/** The same command on a copy of its chart. */
export function replaceChart(command: ToolCommand, folder: string, copy: string): ToolCommand {
  return { ...command, args: command.args.map((arg) => (arg === chartArgument(folder) ? chartArgument(copy) : arg)) };
}

/** A chart's folder as helm is given it: with ./ it cannot be taken for the name of a repository. @param folder in the project, or absolute. */
export function chartArgument(folder: string): string {
  return folder.startsWith('/') ? folder : `./${folder}`;
}

/**
 * Removes a release with its objects and waits until they and their pods are gone; `timeout` in seconds.
 *
 * In the foreground a Deployment stays until its pods are gone. helm 4 waits by asking again and again (`legacy`): its watcher sometimes
 * returned at once, with the pods still there (helm 4.1.4, two of four tries on Kubernetes 1.35.4).
 *
 * Not with `--ignore-not-found`: it takes any failure to read the release for its absence, and says `uninstalled` (helm/helm#32413; tried
 * with helm 3.22.0 and 4.1.4 and a user who may not read Secrets).
 */
export function helmUninstallCommand({
  release,
  namespace,
  timeout,
  helmMajor,
  ...connection
}: ClusterConnection & {
  readonly release: string;
  readonly namespace: string;
  readonly timeout: number;
  readonly helmMajor: 3 | 4;
}): ToolCommand {
  const wait = helmMajor === 3 ? '--wait' : '--wait=legacy';
  // A removal goes on where it was: nothing stands in its way.
  return write(connection, { name: release, namespace }, 'always', [
    'uninstall',
    release,
    `--namespace=${namespace}`,
    '--cascade=foreground',
    wait,
    `--timeout=${timeout}s`,
  ]);
}

/** helm 3 leaves pending releases out by default, helm 4 has no --all: the names of the states fit both. */
export const liveStates = ['--deployed', '--failed', '--pending', '--uninstalling'] as const;

/** Prints the name of a release that is there, in whatever state. */
export function helmRemainingCommand({ name, namespace, ...connection }: ClusterConnection & ReleaseName): ToolCommand {
  const args = [
    'list',
    `--namespace=${namespace}`,
    `--filter=^${name.replaceAll('.', String.raw`\.`)}$`,
    '--short',
    ...liveStates,
  ];
  return helmQuestion(connection, args, { release: { name, namespace } });
}

/** All revisions of a release that are kept, as JSON. */
export function helmHistoryCommand({ name, namespace, ...connection }: ClusterConnection & ReleaseName): ToolCommand {
  return helmQuestion(connection, ['history', name, `--namespace=${namespace}`, '--output=json'], {
    release: { name, namespace },
  });
}

/**
 * Makes a new revision like an earlier one, its labels included, and does not wait for pods; `timeout` in seconds. Frees a release
 * that a killed helm left pending: helm lets a rollback through where it refuses every upgrade, and the revision to go back to may
 * be the pending one itself (both tried with helm 3.22.0 and 4.1.4 on Kubernetes 1.35.4; objects that exist keep their addresses).
 */
export function helmRollbackCommand({
  name,
  namespace,
  revision,
  timeout,
  ...connection
}: ClusterConnection & ReleaseName & { readonly revision: number; readonly timeout: number }): ToolCommand {
  return write(connection, { name, namespace }, 'after-repair', [
    'rollback',
    name,
    String(revision),
    `--namespace=${namespace}`,
    `--timeout=${timeout}s`,
  ]);
}

/**
 * Ends the removal that a killed helm began, and keeps the history; `timeout` in seconds. Before that helm refuses an upgrade: the
 * release `has no deployed releases` (tried with helm 3.22.0 and 4.1.4).
 */
export function helmFinishUninstallCommand({
  name,
  namespace,
  timeout,
  ...connection
}: ClusterConnection & ReleaseName & { readonly timeout: number }): ToolCommand {
  return write(connection, { name, namespace }, 'always', [
    'uninstall',
    name,
    `--namespace=${namespace}`,
    '--keep-history',
    '--wait',
    `--timeout=${timeout}s`,
  ]);
}

/** Options that give the text of a file as a value: dotted path in the values -> file. */
export function setFileOptions(setFiles: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(setFiles).map(([path, file]) => `--set-file=${path}=${escapeValue(file)}`);
}

/** helm splits the value of --set-file at commas and reads backslashes as escapes (helm@4.1.4:pkg/strvals/parser.go). */
function escapeValue(text: string): string {
  return text.replace(/[\\,]/g, '\\$&');
}

function write(
  connection: ClusterConnection,
  release: ReleaseName,
  retry: ToolCommand['retry'] & string,
  args: readonly string[],
): ToolCommand {
  return { tool: 'helm', effect: 'write', args: buildHelmArgs(connection, args), release, retry };
}
