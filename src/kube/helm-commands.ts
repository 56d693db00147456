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
}

/** Arguments of helm: global options, then the command's own. */
export function buildHelmArgs({ context, kubeconfig }: ClusterConnection, args: readonly string[]): readonly string[] {
  return [
    ...(context === undefined ? [] : [`--kube-context=${context}`]),
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...args,
  ];
}

/**
 * Installs or upgrades a release, waits until it is ready and rolls back when it does not become so.
 *
 * `--reset-values`: without it helm takes over the values of the last revision when a call brings none
 * (helm@3.13.0:pkg/action/upgrade.go, reuseValues), so that the result would depend on more than the chart.
 */
export function helmUpgradeCommand(upgrade: HelmUpgrade): ToolCommand {
  const { release, chartFolder, namespace, timeout, helmMajor, labels, setFiles, ...connection } = upgrade;
  const labelList = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return write(connection, [
    'upgrade',
    '--install',
    release,
    // With ./ it cannot be taken for the name of a repository.
    `./${chartFolder}`,
    `--namespace=${namespace}`,
    '--reset-values',
    ...Object.entries(setFiles).map(([path, file]) => `--set-file=${path}=${escapeValue(file)}`),
    ...(labelList.length === 0 ? [] : [`--labels=${labelList.join(',')}`]),
    '--wait',
    // Helm 4 renamed it and warns about the old name.
    helmMajor === 3 ? '--atomic' : '--rollback-on-failure',
    `--timeout=${timeout}s`,
  ]);
}

/** Removes a release with its objects and waits until they are gone; `timeout` in seconds. */
export function helmUninstallCommand({
  release,
  namespace,
  timeout,
  ...connection
}: ClusterConnection & { readonly release: string; readonly namespace: string; readonly timeout: number }): ToolCommand {
  return write(connection, ['uninstall', release, `--namespace=${namespace}`, '--wait', `--timeout=${timeout}s`]);
}

/**
 * What frees a release that a killed helm left pending: a first install has nothing to go back to and is removed, any
 * other goes back to the revision before (helm/helm#8987).
 */
export function helmRecoverCommand({
  release,
  namespace,
  status,
  ...connection
}: ClusterConnection & { readonly release: string; readonly namespace: string; readonly status: string }): ToolCommand {
  return write(connection, [status === 'pending-install' ? 'uninstall' : 'rollback', release, `--namespace=${namespace}`, '--wait']);
}

/** helm splits the value of --set-file at commas and reads backslashes as escapes (helm@4.1.4:pkg/strvals/parser.go). */
function escapeValue(text: string): string {
  return text.replace(/[\\,]/g, '\\$&');
}

function write(connection: ClusterConnection, args: readonly string[]): ToolCommand {
  return { tool: 'helm', effect: 'write', args: buildHelmArgs(connection, args) };
}
