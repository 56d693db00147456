import { ToolError } from '../../errors.ts';
import { kubectlQuestion } from '../../kube/commands.ts';
import { listField, textField } from '../../kube/object-fields.ts';
import type { ContainerLog, WarningEvent } from '../../kube/pod-causes.ts';
import { explainWorkload, type WorkloadCauses } from '../../kube/rollout-causes.ts';
import type { KubeObject, ObjectReference } from '../../model/kube-object.ts';
import type { Exec } from '../exec/exec.ts';
import { listAt, parseJson } from '../../kube/json-answer.ts';
import type { ClusterAccess } from './ask-kubectl.ts';
import { listLiveObjects } from './live-objects.ts';
import { quoteOutput } from '../exec/redaction.ts';
import { explainFailure, hasFailed } from '../exec/tool-failure.ts';

/** What asks the cluster; ClusterTools is one. */
export interface RolloutTools extends ClusterAccess {
  readonly exec: Exec;
}

/** Workloads of which the containers' last words are fetched: each costs a call. */
const maxLogs = 3;
/** Names in one command line. */
const chunkSize = 100;
const maxLineLength = 600;

/** What helm and apply mark their objects with: a namespace may hold many others. */
const brought = 'app.kubernetes.io/managed-by in (Helm,ingress-tls)';

/**
 * The live ones of these workloads, by one light listing for each of their kinds. It says how they are now, and not how some cache knew
 * them before they were changed, because it names no resourceVersion (kubernetes.io/docs/reference/using-api/api-concepts, semantics for
 * get and list).
 *
 * @param workloads Deployments, DaemonSets and StatefulSets of one namespace; one that lost its labels is not found.
 * @throws ToolError when kubectl or the cluster fails, or answers more than we can read.
 */
export async function listWorkloads(
  exec: Exec,
  access: ClusterAccess,
  namespace: string,
  workloads: readonly ObjectReference[],
): Promise<readonly KubeObject[]> {
  const kinds = [...new Set(workloads.map(({ kind }) => kind))].map((kind) => ({ apiVersion: 'apps/v1', kind }));
  const found = await listLiveObjects(exec, { ...access, namespace, kinds, selector: brought });
  const wanted = new Set(workloads.map(({ kind, name }) => `${kind}/${name}`));
  return found.filter(({ kind, metadata }) => wanted.has(`${kind}/${metadata.name}`));
}

/** How a workload is named in the answer: `Deployment default/ic3-svc7`. */
export function nameWorkload({ kind, namespace, name }: ObjectReference): string {
  return `${kind} ${namespace}/${name}`;
}

export interface RolloutCauses {
  /** By `Kind namespace/name`. */
  readonly reasons: ReadonlyMap<string, readonly string[]>;
  /** Those of them that are there, were looked at and are not ready: about the others nothing is known. */
  readonly unready: ReadonlySet<string>;
}

/**
 * Says why workloads are not rolled out, in the API's own words, most telling first, without secrets or control characters.
 * A few questions for each namespace: the workloads, their ReplicaSets and pods, Warning events, and up to three logs.
 * @param references Deployments, DaemonSets and StatefulSets.
 * @returns nothing of those that are ready. Never throws for a cluster that refuses a question: the reasons say what could not be seen.
 */
export async function readRolloutCauses(
  tools: RolloutTools,
  references: readonly ObjectReference[],
): Promise<RolloutCauses> {
  const causes = new Map<string, readonly string[]>();
  const unready = new Set<string>();
  const logs = new Map<string, ContainerLog & { readonly namespace: string }>();
  for (const { reference, explanation, unseen } of await explain(tools, references)) {
    const key = nameWorkload(reference);
    if (explanation === undefined) {
      causes.set(key, unseen.length > 0 ? unseen : ['there is no such object on the cluster']);
      continue;
    }
    unready.add(key);
    causes.set(key, [...explanation.lines.flatMap(clean), ...unseen]);
    if (explanation.log !== undefined && logs.size < maxLogs)
      logs.set(key, { ...explanation.log, namespace: reference.namespace });
  }
  for (const [key, log] of logs) causes.set(key, [...(causes.get(key) ?? []), ...(await readLastWords(tools, log))]);
  return { reasons: causes, unready };
}

/** A workload that is not ready. */
export interface Unready {
  readonly workload: ObjectReference;
  /** The reason that tells most. */
  readonly reason: string;
  /** Whether hardly anything but a person mends it. */
  readonly isStuck: boolean;
}

/** As readRolloutCauses, in short and without logs: to be asked again and again while workloads are waited for. */
export async function listUnready(
  tools: RolloutTools,
  references: readonly ObjectReference[],
): Promise<readonly Unready[]> {
  return (await explain(tools, references)).map(({ reference, explanation, unseen }) => {
    const [reason = 'there is no such object on the cluster'] = [
      ...(explanation?.lines.flatMap(clean) ?? []),
      ...unseen,
    ];
    return { workload: reference, reason, isStuck: explanation?.isStuck === true };
  });
}

interface Explained {
  readonly reference: ObjectReference;
  /** Absent: it was not found. */
  readonly explanation: WorkloadCauses | undefined;
  /** What could not be seen of its namespace, and why. */
  readonly unseen: readonly string[];
}

/** Those that are not ready, or were not found. */
async function explain(tools: RolloutTools, references: readonly ObjectReference[]): Promise<readonly Explained[]> {
  const explained: Explained[] = [];
  for (const namespace of new Set(references.map((reference) => reference.namespace))) {
    const wanted = references.filter((reference) => reference.namespace === namespace);
    const look = createLook(tools, namespace);
    const found = await look.workloads(wanted);
    const live = wanted.map((reference) => ({
      reference,
      workload: found.find(
        (object) =>
          textField(object, 'kind') === reference.kind && textField(object, 'metadata', 'name') === reference.name,
      ),
    }));
    const nothing = { replicaSets: [], pods: [], events: [] };
    const isPending = live.some(
      ({ workload }) => workload !== undefined && explainWorkload(workload, nothing) !== undefined,
    );
    const evidence = isPending ? { ...(await look.pods()), events: await look.events() } : nothing;
    for (const { reference, workload } of live) {
      const explanation = workload === undefined ? undefined : explainWorkload(workload, evidence);
      if (workload === undefined || explanation !== undefined)
        explained.push({ reference, explanation, unseen: look.unseen });
    }
  }
  return explained;
}

interface Look {
  /** What could not be seen, and why. */
  readonly unseen: readonly string[];
  workloads(references: readonly ObjectReference[]): Promise<readonly unknown[]>;
  pods(): Promise<{ readonly replicaSets: readonly unknown[]; readonly pods: readonly unknown[] }>;
  events(): Promise<readonly WarningEvent[]>;
}

function createLook(tools: RolloutTools, namespace: string): Look {
  const unseen: string[] = [];
  /** What kubectl printed, also where it could not see a part of it. */
  const ask = async (what: string, args: readonly string[]): Promise<string> => {
    const failure = `cannot see ${what} of namespace ${namespace}`;
    const answer = await run(tools, ['get', `--namespace=${namespace}`, ...args], failure);
    if (answer.failure !== undefined) unseen.push(answer.failure);
    return answer.text;
  };
  return {
    unseen,

    async workloads(references) {
      const objects: unknown[] = [];
      for (let start = 0; start < references.length; start += chunkSize) {
        const names = references
          .slice(start, start + chunkSize)
          .map(({ kind, name }) => `${kind.toLowerCase()}.apps/${name}`);
        const answer = parseJson(await ask('the workloads', ['--ignore-not-found=true', '-o=json', '--', ...names]));
        // For one name kubectl prints the object itself.
        objects.push(...(listAt(answer, 'items') ?? (answer === undefined ? [] : [answer])));
      }
      return objects;
    },

    async pods() {
      // A line each, without the specification: a namespace may hold thousands.
      const metadata = String.raw`{.metadata.name}{"\t"}{.metadata.uid}{"\t"}{.metadata.annotations.deployment\.kubernetes\.io/revision}{"\t"}{.metadata.deletionTimestamp}{"\t"}{.metadata.finalizers}{"\t"}{.metadata.ownerReferences}`;
      const text = await ask('the pods', [
        'replicasets.apps,pods',
        `-o=jsonpath={range .items[*]}{.kind}{"\\t"}${metadata}{"\\t"}{.status}{"\\n"}{end}`,
      ]);
      const objects = text.split('\n').flatMap(readObject);
      return {
        replicaSets: objects.filter(({ kind }) => kind === 'ReplicaSet'),
        pods: objects.filter(({ kind }) => kind === 'Pod'),
      };
    },

    async events() {
      const answer = parseJson(await ask('the events', ['events', '--field-selector=type=Warning', '-o=json']));
      return listField(answer, 'items')
        .map(readEvent)
        .sort((one, other) => (one.time < other.time ? -1 : one.time > other.time ? 1 : 0));
    },
  };
}

function readObject(line: string): readonly { readonly kind: string }[] {
  const [kind, name, uid, revision, deletionTimestamp, finalizers = '', ownerReferences = '', ...status] =
    line.split('\t');
  if (kind === undefined || name === undefined || name === '') return [];
  const metadata = {
    name,
    uid,
    annotations: { 'deployment.kubernetes.io/revision': revision },
    ...(deletionTimestamp !== '' && { deletionTimestamp }),
    finalizers: parseJson(finalizers),
    ownerReferences: parseJson(ownerReferences),
  };
  return [{ kind, ...{ metadata, status: parseJson(status.join('\t')) } }];
}

function readEvent(event: unknown): WarningEvent {
  const text = (...path: readonly (string | number)[]): string => textField(event, ...path) ?? '';
  return {
    about: `${text('involvedObject', 'kind')}/${text('involvedObject', 'name')}`,
    reason: text('reason'),
    message: text('message'),
    // An event of the newer API has no lastTimestamp, one of a series its own time.
    time:
      [
        text('series', 'lastObservedTime'),
        text('lastTimestamp'),
        text('eventTime'),
        text('metadata', 'creationTimestamp'),
      ].find((time) => time !== '') ?? '',
  };
}

/** The last lines that a container wrote before it ended. */
async function readLastWords(
  tools: RolloutTools,
  { pod, container, isPrevious, namespace }: ContainerLog & { readonly namespace: string },
): Promise<readonly string[]> {
  const options = ['--tail=5', '--limit-bytes=8192', ...(isPrevious ? ['--previous'] : [])];
  const { text } = await run(
    tools,
    ['logs', `--namespace=${namespace}`, ...options, `--container=${container}`, '--', pod],
    'cannot read the log',
  );
  // Only the last dead container is kept, and it may be gone by now: nothing worth a line.
  if (text.startsWith('unable to retrieve container logs')) return [];
  return quoteOutput(text, 5).map((line) => `  ${container}: ${shorten(line)}`);
}

interface KubectlAnswer {
  /** What kubectl printed: also a part, where it failed over the rest. */
  readonly text: string;
  readonly failure?: string;
}

async function run(
  { exec, connection, requestTimeout }: RolloutTools,
  args: readonly string[],
  what: string,
): Promise<KubectlAnswer> {
  try {
    const question = kubectlQuestion({ ...connection, requestTimeout }, args);
    const result = await exec.run(question, { what });
    const text = result.stdout;
    if (hasFailed(result)) return { text, failure: explainFailure(question, what, result).message };
    return result.isCut ? { text, failure: `${what}: there is more of it than we can read` } : { text };
  } catch (error) {
    if (error instanceof ToolError) return { text: '', failure: error.message };
    throw error;
  }
}

/** A cluster's words, fit for a terminal: one line, no secrets, no control characters. */
function clean(text: string): readonly string[] {
  const line = quoteOutput(text).join(' ');
  return line === '' ? [] : [shorten(line)];
}

function shorten(line: string): string {
  return line.length > maxLineLength ? `${line.slice(0, maxLineLength)}...` : line;
}
