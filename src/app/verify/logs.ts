import { backendOf } from '../../model/backend.ts';
import type { FoundLog } from '../../world/kubectl/kubectl.ts';
import type { Prober } from '../../world/net/prober.ts';
import { isStopped, poll } from '../../world/poll.ts';
import { InternalError, ToolError } from '../../errors.ts';
import { findNamed, textMapField } from '../../kube/object-fields.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Observation, Probe } from '../../model/probe.ts';
import type { CheckResult } from '../../model/verification.ts';
import { expectInLog } from '../../verify/checks/access-log.ts';
import { endsAtController } from '../../verify/leaves.ts';
import { listPaths, takesPath } from '../../model/paths.ts';
import { judgeLogs } from '../../verify/log-check.ts';
import { probeAsClient, probeUnknownName } from '../../verify/probe-plan.ts';
import type { NamedProbe, VerifyContext, VerifySubject } from '../../verify/subject.ts';
import { seeController } from '../cluster/existing-controller.ts';
import type { ClusterTools } from '../cluster/tools.ts';
import type { Project } from '../project.ts';
import type { Session } from '../session.ts';
import type { StopWatch } from '../stop-watch.ts';

/** How long a line may take to come into a log, and between two looks; milliseconds. */
const longestWait = 5_000;
const pause = 500;

/** Pods' logs that are read at a time: each is a kubectl of its own. */
const atATime = 8;

export interface LogsInput {
  readonly session: Session;
  readonly project: Project;
  readonly context: VerifyContext;
  readonly tools: ClusterTools;
  readonly prober: Prober;
  /** Before this run's first connection. */
  readonly started: Date;
  readonly stop: StopWatch;
}

interface Request {
  readonly subject: VerifySubject;
  readonly path: string;
  readonly seen: Observation;
}

type Labels = Readonly<Record<string, string>>;

/**
 * Makes one request to each service that nobody else makes, and looks for it in the logs of the controller and of the pods.
 * @returns the results by the service's name.
 * @throws ToolError when the controller's log cannot be read.
 */
export async function checkLogs(
  input: LogsInput,
  subjects: readonly VerifySubject[],
): Promise<ReadonlyMap<string, readonly CheckResult[]>> {
  const { context } = input;
  const controllers = await listControllers(input);
  const [requests, witnesses] = await Promise.all([
    Promise.all(
      subjects.map(async (subject): Promise<Request> => ({
        subject,
        ...(await request(input, probeAsClient(subject), subject)),
      })),
    ),
    Promise.all(planWitnesses(input, subjects).map((probe) => request(input, probe))),
  ]);
  const read = [...requests.filter(({ subject }) => endsAtController(subject)), ...witnesses];
  const { lines: controllerLines, isCut } = await readUntil(input, () => readControllerLogs(input, controllers), read);
  const isWitnessed = read.some(({ path }) => controllerLines.some((line) => line.includes(path)));
  const podLines = await readPodLogs(input, requests);
  return new Map(
    requests.map(({ subject, path, seen }) => [
      subject.service.name,
      judgeLogs(context, subject, {
        path,
        request: seen,
        controllerLines,
        isWitnessed,
        isCut,
        podLines: podLines.get(subject) ?? [],
      }),
    ]),
  );
}

/** Of a service whose requests could not be looked for. */
export function skipLogs(subject: VerifySubject, why: string): CheckResult {
  return { check: 'access-log', status: 'skipped', expected: expectInLog(subject), seen: why };
}

/** That a passed-through request is not in a log proves something only if another one is, which the controller must have read. */
function planWitnesses({ context }: LogsInput, subjects: readonly VerifySubject[]): readonly NamedProbe[] {
  if (subjects.some(endsAtController)) return [];
  const terminated = context.subjects.find(endsAtController);
  return [terminated === undefined ? probeUnknownName(context, true) : probeAsClient(terminated)];
}

async function request(
  { session, prober }: LogsInput,
  { probe }: NamedProbe,
  subject?: VerifySubject,
): Promise<Omit<Request, 'subject'>> {
  const path = appendTo(subject, `ingress-tls-verify-${Buffer.from(session.world.randomBytes(8)).toString('hex')}`);
  if (probe.kind !== 'https') throw new InternalError('a client asks by HTTPS');
  const asked: Probe = { ...probe, path };
  return { path, seen: await prober.probe(asked) };
}

/** A path that leads to the service, with the word in it. */
function appendTo(subject: VerifySubject | undefined, word: string): string {
  if (subject === undefined) return `/${word}`;
  const { entryPath = '/' } = subject.service;
  const isPrefix = listPaths(subject.service).some((rule) => rule.type === 'Prefix' && takesPath(rule, entryPath));
  return isPrefix ? `${entryPath.replace(/\/$/, '')}/${word}` : `${entryPath}?${word}`;
}

async function readControllerLogs(input: LogsInput, controllers: readonly PodGroup[]): Promise<FoundLog> {
  const { kubectl } = input.tools;
  const logs: FoundLog[] = [];
  for (const { namespace, labels } of controllers)
    logs.push(await kubectl.readLogs(namespace, labels, countSeconds(input)));
  return { lines: logs.flatMap(({ lines }) => lines), isCut: logs.some(({ isCut }) => isCut) };
}

interface PodGroup {
  readonly namespace: string;
  readonly labels: Labels;
}

/** The pods of the controller's workloads. @throws ToolError where it is there already and was not found. */
async function listControllers({ project, tools }: LogsInput): Promise<readonly PodGroup[]> {
  const { config, profile, desired } = project;
  const seen = await seeController(tools, project);
  if (seen !== undefined && seen.found === undefined)
    throw new ToolError(
      `cannot read the controller's log: its workload was not found in namespace ${config.controller.namespace}`,
      { remedy: 'ingress-tls doctor says what was looked for; ingress-tls verify without --logs needs none' },
    );
  if (seen?.found !== undefined) return [selectPods(seen.found.workload)];
  const planned = desired.manifests.after.flatMap(({ objects }) => objects);
  return profile.workloads(config).map(({ kind, name, namespace }) => {
    const workload = findNamed(planned, kind, { name, namespace });
    if (workload === undefined) throw new InternalError(`no manifest has ${kind} ${name}`);
    return selectPods(workload);
  });
}

/** @throws InternalError for a workload that selects none. */
function selectPods(workload: KubeObject): PodGroup {
  const labels = textMapField(workload, 'spec', 'selector', 'matchLabels');
  const { name, namespace = '' } = workload.metadata;
  if (Object.keys(labels).length === 0) throw new InternalError(`${workload.kind} ${name} selects no pods`);
  return { namespace, labels };
}

/** By the service; none where they cannot be read, and of a person's own image, whose log is no evidence that we can read. */
async function readPodLogs(
  input: LogsInput,
  requests: readonly Request[],
): Promise<ReadonlyMap<VerifySubject, readonly string[]>> {
  const found = new Map<VerifySubject, readonly string[]>();
  const queue = requests.filter(({ subject }) => backendOf(subject.service) === 'demo');
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !isStopped(input.stop.asked); next = queue.shift()) {
      const { subject } = next;
      const { name, namespace, release } = subject.service;
      const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': release };
      const read = (): Promise<FoundLog> => input.tools.kubectl.readLogs(namespace, labels, countSeconds(input));
      try {
        found.set(subject, (await readUntil(input, read, next.seen.answer === undefined ? [] : [next])).lines);
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        if (isStopped(input.stop.asked)) return;
        input.session.listener.notice({ level: 'warning', code: 'pod-logs', message: error.message });
      }
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return found;
}

/** Reads again until each of these requests is there, or the time is over. */
function readUntil(
  { stop }: LogsInput,
  read: () => Promise<FoundLog>,
  requests: readonly Pick<Request, 'path'>[],
): Promise<FoundLog> {
  const isThere = ({ lines }: FoundLog): boolean =>
    requests.every(({ path }) => lines.some((line) => line.includes(path)));
  return poll(read, isThere, { longest: longestWait, pause, stop: stop.asked });
}

/** Relative to the cluster's clock, which need not be ours. */
function countSeconds({ session, started }: LogsInput): number {
  return Math.max(1, Math.ceil((session.world.now().getTime() - started.getTime()) / 1000) + 1);
}
