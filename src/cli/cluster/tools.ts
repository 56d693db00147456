import { delimiter, resolve } from 'node:path';
import { createExec, type Exec } from '../../effects/exec.ts';
import { createHelm, type Helm } from '../../effects/helm.ts';
import { createKubectl, type Cluster, type ClusterTarget, type Kubectl } from '../../effects/kubectl.ts';
import { printCommand } from '../../kube/command-line.ts';
import type { ClusterConnection } from '../../kube/commands.ts';
import type { Session } from '../session.ts';

export interface ClusterOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
}

/** kubectl and helm, as a command uses them. */
export interface ClusterTools {
  readonly exec: Exec;
  readonly kubectl: Kubectl;
  readonly helm: Helm;
  readonly connection: ClusterConnection;
  /** Seconds for one request to the cluster. */
  readonly requestTimeout: number;
  /** See ClusterAccess. */
  readonly isAtRoot: boolean;
  /** HELM_DRIVER: where helm keeps its records. */
  readonly helmDriver: string | undefined;
}

const usualRequestTimeout = 10;

/**
 * @param isReadOnly for a dry run: running a command that writes is then a bug. A `timeout` for whole steps holds for single
 * requests too.
 */
export function openCluster(session: Session, options: ClusterOptions & { readonly verbose?: boolean; readonly timeout?: number }, isReadOnly: boolean): ClusterTools {
  const { world, root, report } = session;
  const exec = createExec({
    env: resolveKubeconfig(world),
    cwd: root,
    readOnly: isReadOnly,
    ...(options.verbose === true
      ? {
          onCommand: (command) => {
            report.verbatim(report.messageStyle.faint(`$ ${printCommand(command)}`));
          },
        }
      : {}),
  });
  const settings = { requestTimeout: Math.min(usualRequestTimeout, options.timeout ?? usualRequestTimeout), isAtRoot: false, helmDriver: world.environment['HELM_DRIVER'] };
  return useConnection(exec, settings, {
    ...(options.context === undefined ? {} : { context: options.context }),
    // Meant from where the person stands; the tools run in the project folder.
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: resolve(world.currentFolder, options.kubeconfig) }),
  });
}

/** The same tools, bound to a context: what was named to the person stays the one, whatever else changes meanwhile. */
export function bindToContext({ exec, connection, ...settings }: ClusterTools, { context, server }: Pick<ClusterTarget, 'context' | 'server'>): ClusterTools {
  return useConnection(exec, { ...settings, isAtRoot: /^https?:\/\/[^/]+\/?$/.test(server) }, { ...connection, context });
}

/** The same tools with another way of running them. */
export function useExec({ connection, ...settings }: ClusterTools, exec: Exec): ClusterTools {
  return useConnection(exec, settings, connection);
}

function useConnection(exec: Exec, { requestTimeout, isAtRoot, helmDriver }: Pick<ClusterTools, 'requestTimeout' | 'isAtRoot' | 'helmDriver'>, connection: ClusterConnection): ClusterTools {
  return { exec, connection, requestTimeout, isAtRoot, helmDriver, kubectl: createKubectl(exec, { requestTimeout, isAtRoot, ...connection }), helm: createHelm(exec, connection) };
}

/** The cluster in words, before anything on it is changed. */
export function describeCluster({ context, server, version }: Cluster): string {
  return `context ${context}, server ${server}, Kubernetes ${version.text}`;
}

/** KUBECONFIG, a list of paths, is meant from where the person stands too. */
function resolveKubeconfig({ environment, currentFolder }: Session['world']): Session['world']['environment'] {
  const { KUBECONFIG: kubeconfig } = environment;
  if (kubeconfig === undefined || kubeconfig === '') return environment;
  const paths = kubeconfig.split(delimiter).map((path) => (path === '' ? path : resolve(currentFolder, path)));
  return { ...environment, KUBECONFIG: paths.join(delimiter) };
}
