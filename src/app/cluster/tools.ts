import { delimiter } from 'node:path';
import { ToolError } from '../../errors.ts';
import { createExec, usualReadLimit, type Exec } from '../../world/exec/exec.ts';
import { createHelm, type Helm } from '../../world/helm/helm.ts';
import { createKubectl, type Cluster, type ClusterTarget, type Kubectl } from '../../world/kubectl/kubectl.ts';
import type { PersonSettings } from '../../world/kubectl/credentials.ts';
import { explainNoContext, requireKubeconfig } from '../../world/kubectl/kubeconfig.ts';
import { readKuberc, type Kuberc } from '../../world/kubectl/kuberc.ts';
import { writeForTools } from '../../world/files/personal-files.ts';
import { buildPodAccount } from '../../world/kubectl/pod-account.ts';
import type { ClusterConnection } from '../../kube/commands.ts';
import { canAsk } from '../asking.ts';
import type { Project } from '../project.ts';
import { resolvePath, type Session } from '../session.ts';

export interface ClusterOptions {
  readonly context?: string;
  readonly kubeconfig?: string;
  /** Seconds that a question to a tool may take. */
  readonly timeout?: number;
}

/** How a command uses kubectl and helm. */
interface ToolSettings {
  /** Seconds for one request to the cluster. */
  readonly requestTimeout: number;
  /** See ClusterAccess. */
  readonly isAtRoot: boolean;
  /** HELM_DRIVER: where helm keeps its records. */
  readonly helmDriver: string | undefined;
  /** Whether they go where the pod that we run in belongs, by a kubeconfig of ours that nobody else knows: no context is named then. */
  readonly isInPod: boolean;
  /** The one context that may be asked, where the person named none. */
  readonly ownContext?: string;
  readonly person: PersonSettings;
  /** The person's own settings of kubectl, as far as they can be read. */
  readonly readKuberc: () => Kuberc | undefined;
}

/** kubectl and helm, as a command uses them. */
export interface ClusterTools extends ToolSettings {
  readonly exec: Exec;
  readonly kubectl: Kubectl;
  readonly helm: Helm;
  readonly connection: ClusterConnection;
}

/** kubectl asks twice for discovery before it says in its own words that there is no answer. */
const requestsInTime = 2.5;

/**
 * Tools that end with the program, and whose answers the person sees waited for. Where a project belongs to a context, they ask no
 * other cluster unless the person names its context.
 * @param isReadOnly for a dry run: running a command that writes is then a bug.
 * @throws UsageError for a kubeconfig that is not there.
 */
export function openCluster(
  session: Session,
  { config }: Pick<Project, 'config'>,
  options: ClusterOptions & { readonly input?: boolean },
  isReadOnly: boolean,
): ClusterTools {
  const { world, root, listener, stop } = session;
  const { context, kubeconfig, timeout = usualReadLimit } = options;
  // Meant from where the person stands; the tools run in the project folder.
  const chosen = kubeconfig === undefined ? undefined : resolvePath(world, kubeconfig);
  if (kubeconfig !== undefined && chosen !== undefined) requireKubeconfig(chosen, kubeconfig);
  const env = resolveKubeconfig(world);
  const found = chosen === undefined ? buildPodAccount(env) : undefined;
  // A journal names the context that an earlier run had in this pod.
  const account = context === undefined || context === found?.context ? found : undefined;
  const readOnce = once(() => readKuberc(env, (path) => resolvePath(world, path)));
  stop.listen();
  const exec = createExec({
    env: account === undefined ? env : { ...env, KUBECONFIG: writeForTools('kubeconfig', account.kubeconfig) },
    kuberc: () => readOnce()?.rest,
    cwd: root,
    readOnly: isReadOnly,
    stop,
    readLimitMs: timeout * 1000,
    onRead: listener.waiting.begin,
    ...(listener.command !== undefined && { onCommand: listener.command }),
  });
  const settings: ToolSettings = {
    requestTimeout: Math.ceil(timeout / requestsInTime),
    isAtRoot: false,
    helmDriver: world.environment['HELM_DRIVER'],
    isInPod: account !== undefined,
    ...(context === undefined && config.context !== undefined && { ownContext: config.context }),
    person: {
      explainNoContext: () => explainNoContext(env, chosen),
      ...(canAsk(world, { input: options.input ?? true }) && { onTalk: listener.talk }),
    },
    readKuberc: readOnce,
  };
  return useConnection(exec, settings, {
    ...(context !== undefined && account === undefined && { context }),
    ...(chosen !== undefined && { kubeconfig: chosen }),
  });
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** A step's `timeout` holds for the questions around it too, where it is shorter than what they usually have. */
export function boundQuestions<Options extends { readonly timeout: number }>(options: Options): Options {
  return { ...options, timeout: Math.min(options.timeout, usualReadLimit) };
}

/** The same tools, bound to a context: what was named to the person stays the one, whatever else changes meanwhile. */
export function bindToContext(
  { exec, connection, ...settings }: ClusterTools,
  { context, server }: Pick<ClusterTarget, 'context' | 'server'>,
): ClusterTools {
  return useConnection(
    exec,
    { ...settings, isAtRoot: /^https?:\/\/[^/]+\/?$/.test(server) },
    settings.isInPod ? connection : { ...connection, context },
  );
}

/** The same tools with another way of running them. */
export function useExec({ connection, ...settings }: ClusterTools, exec: Exec): ClusterTools {
  return useConnection(exec, settings, connection);
}

function useConnection(exec: Exec, settings: ToolSettings, connection: ClusterConnection): ClusterTools {
  const { requestTimeout, isAtRoot, person, ownContext } = settings;
  const own = ownContext !== undefined && { ownContext };
  return {
    ...settings,
    exec,
    connection,
    kubectl: createKubectl(exec, { requestTimeout, isAtRoot, person, ...own, ...connection }),
    helm: createHelm(exec, connection),
  };
}

/** The cluster in words, before anything on it is changed. */
export function formatCluster({ context, server, version }: Cluster): string {
  return `context ${context}, server ${server}, Kubernetes ${version.text}`;
}

/** The person's own settings of kubectl that make something else of a command line, by their path. */
export function findOwnDefaults({ readKuberc }: ClusterTools): string | undefined {
  const kuberc = unlessRefused(readKuberc);
  return kuberc?.changesDefaults === true ? kuberc.path : undefined;
}

/** Why it cannot be read was told when kubectl was to run. */
function unlessRefused(readKuberc: ToolSettings['readKuberc']): Kuberc | undefined {
  try {
    return readKuberc();
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

/** KUBECONFIG, a list of paths, is meant from where the person stands too. */
function resolveKubeconfig(world: Session['world']): Session['world']['environment'] {
  const { environment } = world;
  const { KUBECONFIG: kubeconfig } = environment;
  if (kubeconfig === undefined || kubeconfig === '') return environment;
  const paths = kubeconfig.split(delimiter).map((path) => (path === '' ? path : resolvePath(world, path)));
  return { ...environment, KUBECONFIG: paths.join(delimiter) };
}
