import { execFileSync } from 'node:child_process';
import type { Cluster } from './cluster.ts';
import { runProgram, type ProgramResult } from './program.ts';
import { findTool, pathWith } from './tools.ts';
import { until } from './until.ts';

/** The built program, with the cluster's kubeconfig and the tools that the tests use. */
export function ingressTls(cluster: Cluster, cwd: string, ...args: string[]): ProgramResult {
  return runProgram(args, { cwd, env: programEnvironment(cluster) });
}

/** What the built program needs around it; for those who start it themselves. */
export function programEnvironment(cluster: Cluster): Readonly<Record<string, string>> {
  // kubectl and helm as the tests use them, before whatever PATH has; helm first, because kubectl's folder may hold another one.
  return { KUBECONFIG: cluster.kubeconfig, PATH: pathWith(cluster.helm ?? 'helm', 'kubectl') };
}

export function kubectl(cluster: Cluster, ...args: string[]): string {
  return kubectlWithInput(cluster, '', ...args);
}

export function kubectlWithInput(cluster: Cluster, input: string, ...args: string[]): string {
  return execFileSync(findTool('kubectl') ?? 'kubectl', args, {
    input,
    encoding: 'utf8',
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
  });
}

/** One object or a list of them, as the API server has it. */
export function readObject(cluster: Cluster, ...args: string[]): Readonly<Record<string, unknown>> {
  return JSON.parse(kubectl(cluster, 'get', ...args, '--output', 'json')) as Readonly<Record<string, unknown>>;
}

/** One entry of a Secret in namespace default, decoded. */
export function readSecret(cluster: Cluster, name: string, key: string): string {
  const { data } = readObject(cluster, 'secret', name, '--namespace', 'default') as {
    readonly data: Readonly<Record<string, string>>;
  };
  return Buffer.from(data[key] ?? '', 'base64').toString();
}

export function helm(cluster: Cluster, ...args: string[]): string {
  return execFileSync(findTool(cluster.helm ?? 'helm') ?? 'helm', args, {
    encoding: 'utf8',
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
  });
}

export function listReleases(cluster: Cluster): readonly string[] {
  const releases = JSON.parse(helm(cluster, 'list', '--namespace', 'default', '--output', 'json')) as {
    name: string;
  }[];
  return releases.map(({ name }) => name).sort();
}

/** What the cluster makes and drops by itself. */
const passing =
  /^(events|componentstatuses|endpoints|endpointslices|leases|pods|podmetrics|nodes|controllerrevisions)\b/;

/** Every object of the cluster, without what comes and goes by itself. */
export function listObjects(cluster: Cluster): readonly string[] {
  return readObjects(cluster, '{range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name}{"\\n"}{end}');
}

/** The same with versions; helm's own record of each upgrade left out. */
export function listVersions(cluster: Cluster): readonly string[] {
  const lines = readObjects(
    cluster,
    '{range .items[*]}{.kind}/{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\\n"}{end}',
  );
  return lines.filter((line) => !/\/sh\.helm\.release\./.test(line));
}

/**
 * The same of objects whose names or namespaces begin so, once controllers have come to rest: of pods that end they write into the status of
 * Deployment and ReplicaSet when they are gone.
 */
export async function listSettledVersions(cluster: Cluster, prefix: string): Promise<readonly string[]> {
  const list = (): readonly string[] => listVersions(cluster).filter((line) => line.includes(`/${prefix}`));
  const template = String.raw`jsonpath={range .items[*]}{.metadata.namespace} {.metadata.deletionTimestamp}{"\n"}{end}`;
  const isEnding = (): boolean =>
    kubectl(cluster, 'get', 'pods', '--all-namespaces', '--output', template)
      .split('\n')
      .some((line) => line.startsWith(prefix) && !line.endsWith(' '));
  let [last, now] = [list(), list()];
  await until(() => {
    [last, now] = [now, list()];
    return !isEnding() && last.join('\n') === now.join('\n');
  });
  return now;
}

function readObjects(cluster: Cluster, template: string): readonly string[] {
  const resources = kubectl(cluster, 'api-resources', '--verbs=list', '--output=name')
    .trim()
    .split('\n')
    .filter((name) => !passing.test(name));
  return kubectl(
    cluster,
    'get',
    resources.join(','),
    '--all-namespaces',
    '--ignore-not-found',
    '--output',
    `jsonpath=${template}`,
  )
    .trim()
    .split('\n')
    .sort();
}
