import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the benchmark calls its things: nothing else of a cluster has these names. */
export const names = {
  controller: 'icbench',
  nodePort: '31900',
  controllerNamespace: 'bench-ctl',
  serviceNamespace: 'bench-svc',
  /** Where the same charts are installed by the others. */
  rivalNamespace: 'bench-loop',
};

const namespaces = [names.controllerNamespace, names.serviceNamespace, names.rivalNamespace];
/** The label by which apply knows its own namespaces; the others' gets it too. */
const mark = 'ingress-tls/controller';

/**
 * Looks whether a cluster answers. Returns `{ refusal }`, or `{ kubeconfig, version }`: a kubeconfig of its own in the
 * folder, so that all programs see one file and the context stays although someone chooses another meanwhile.
 */
export function openCluster(tools, folder) {
  if (!process.env.KUBECONFIG) return { refusal: 'KUBECONFIG is not set, so there is no cluster to measure on' };
  const view = ask(tools.kubectl, ['config', 'view', '--raw', '--flatten', '--minify']);
  if (view.status !== 0) return { refusal: `kubectl config view failed: ${lastLine(view.stderr)}` };
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, view.stdout, { mode: 0o600 });
  const versions = ask(tools.kubectl, [
    'version',
    '--output=json',
    '--request-timeout=15s',
    `--kubeconfig=${kubeconfig}`,
  ]);
  if (versions.status !== 0) return { refusal: `no cluster answers: ${lastLine(versions.stderr)}` };
  const kubernetes = JSON.parse(versions.stdout).serverVersion.gitVersion;
  return { kubeconfig, version: { kubernetes, helm: ask(tools.helm, ['version', '--short']).stdout.trim() } };
}

/** Removes what a killed run left. Throws when a namespace of the same name is someone else's. */
export function clearLeftovers(bench) {
  const found = ask(bench.tools.kubectl, [
    `--kubeconfig=${bench.kubeconfig}`,
    'get',
    'namespace',
    ...namespaces,
    '--ignore-not-found',
    '--output=json',
  ]);
  if (found.status !== 0) throw new Error(`kubectl get namespace failed: ${lastLine(found.stderr)}`);
  const there = found.stdout === '' ? [] : listed(JSON.parse(found.stdout));
  const foreign = there.filter(({ metadata }) => metadata.labels?.[mark] !== names.controller);
  if (foreign.length > 0)
    throw new Error(
      `namespace ${foreign.map(({ metadata }) => metadata.name).join(', ')} is there and not of this benchmark: nothing was touched`,
    );
  if (there.length > 0) {
    console.log('removing what an earlier run left');
    deleteNamespaces(bench);
  }
}

/** Makes the namespace of the others; apply makes its own. */
export function makeRivalNamespace({ time, tools }) {
  time([tools.kubectl, 'create', 'namespace', names.rivalNamespace]);
  time([tools.kubectl, 'label', 'namespace', names.rivalNamespace, `${mark}=${names.controller}`]);
}

/** Removes everything: the objects without a namespace, which the projects' manifests name, then the namespaces. */
export function removeAll(bench, projects) {
  for (const { folder } of projects) {
    bench.time([
      bench.tools.kubectl,
      'delete',
      '--recursive',
      '--filename',
      join(folder, 'manifests'),
      '--ignore-not-found',
      '--wait=false',
    ]);
  }
  deleteNamespaces(bench);
}

/** Uninstalls the first services of a namespace, and waits for what the garbage collector takes after them. */
export function uninstall(bench, namespace, count) {
  const releases = Array.from({ length: count }, (_, index) => releaseOf(index));
  bench.time([bench.tools.helm, 'uninstall', ...releases, '--ignore-not-found', '--namespace', namespace]);
  bench.time([bench.tools.kubectl, 'delete', 'replicasets', '--all', '--namespace', namespace]);
}

/** The Helm release of a service: schema.json says how it is named. */
export function releaseOf(index) {
  return `${names.controller}-svc${index}`;
}

function deleteNamespaces(bench) {
  bench.time([bench.tools.kubectl, 'delete', 'namespace', ...namespaces, '--ignore-not-found', '--timeout=15m']);
}

/** kubectl prints one object alone, several in a List. */
function listed(answer) {
  return answer.items ?? [answer];
}

function ask(file, args) {
  return spawnSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 24 });
}

function lastLine(text) {
  return text.trim().split('\n').at(-1);
}
