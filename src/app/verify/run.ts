import { nameSubject } from '../../verify/subject.ts';
import { createProber, type Prober } from '../../world/net/prober.ts';
import { InternalError, ToolError } from '../../errors.ts';
import type { Observation, ProbeFailure } from '../../model/probe.ts';
import { checkIds, type CheckResult, type Verification } from '../../model/verification.ts';
import { judgeController, planControllerProbes } from '../../verify/controller-checks.ts';
import { judgeService, planServiceProbes } from '../../verify/service-checks.ts';
import { mayBeUnderWay } from '../../verify/serving.ts';
import type { Observations, VerifyContext, VerifySubject } from '../../verify/subject.ts';
import { judgeImitation } from '../../verify/imitation-check.ts';
import { holds, isReachable } from '../../verify/verification.ts';
import type { ClusterOptions } from '../cluster/tools.ts';
import type { Project } from '../project.ts';
import { withLock, type Session } from '../session.ts';
import type { FoundAddress } from './address.ts';
import { checkDeep, skipDeep } from './deep.ts';
import type { UntrustedIssuer } from './foreign.ts';
import { seeFacts } from './facts.ts';
import { checkLogs, skipLogs } from './logs.ts';
import { observe } from './observe.ts';
import { repairUnderLock } from './repair.ts';
import { lookAgain } from './look-again.ts';
import { authoritiesOfPreview, authoritiesOnCluster, type AuthorityStore } from './swap.ts';
import { demandsCertificate } from '../../model/client-auth.ts';
import { hasTlsHop } from '../../model/mode.ts';

/** Milliseconds that a controller on a cluster is given to read what was changed just now. */
const longestPropagation = 5_000;

/** Milliseconds for a look at a broken hop, whatever a person allows each connection: the hop is not to be broken for longer. */
const longestDeepProbe = 5_000;

/** What a person wants looked at beside what is seen from outside, and how the cluster is reached for it. */
export interface VerifySettings extends ClusterOptions {
  /** Seconds for each connection. */
  readonly timeout?: number;
  readonly deep?: boolean;
  readonly logs?: boolean;
  readonly facts?: boolean;
}

function connectionSeconds({ timeout = 5 }: VerifySettings): number {
  return timeout;
}

export interface Work {
  readonly project: Project;
  readonly context: VerifyContext;
  readonly selected: readonly VerifySubject[];
  readonly found: FoundAddress;
  readonly untrusted: UntrustedIssuer;
}

interface Running extends Work {
  readonly session: Session;
  readonly options: VerifySettings;
  readonly prober: Prober;
}

/** Results by the name of the service, or by nameSubject where they are of a host. */
type Results = ReadonlyMap<string, readonly CheckResult[]>;

/** What a part of the run found, and why it could not go on. */
interface Part {
  readonly results: Results;
  readonly failure?: ToolError;
}

interface VerificationRun {
  /** What was seen of each service. */
  readonly verification: Verification;
  /** Why nothing was reached at all. */
  readonly unreached?: ProbeFailure;
  /** Why `--logs` or `--deep` could not be carried out, in part or at all; their checks are skipped then. */
  readonly failures: readonly ToolError[];
}

/**
 * Makes the connections and judges them; with `--logs` and `--deep` it does that too.
 * @throws Interrupted when the person stops the run, after what was changed has been put back.
 */
export async function runVerification(session: Session, options: VerifySettings, work: Work): Promise<VerificationRun> {
  const { project, context, selected, found } = work;
  const { stop } = session;
  stop.listen();
  const prober = createProber({
    address: found.address,
    timeoutMs: connectionSeconds(options) * 1000,
    stop: stop.asked,
  });
  const isPreview = found.address.source === 'preview';
  const findUnimitated = ({ service }: VerifySubject): readonly string[] =>
    project.profile.findUnimitated?.(service.annotations) ?? [];
  const running: Running = { ...work, session, options, prober };
  try {
    const seen = await stop.unlessStopped(lookAtServices(running));
    const unreached = isReachable(seen) ? undefined : [...seen.values()][0]?.failure;
    const outside: Results = new Map(
      selected.map((subject) => [
        nameSubject(subject),
        [
          ...judgeService(context, subject, seen),
          ...(isPreview ? judgeImitation(subject, findUnimitated(subject)) : []),
        ],
      ]),
    );
    const nothing: Part = { results: new Map() };
    const ofLogs =
      unreached === undefined && options.logs === true ? await stop.unlessStopped(readLogs(running)) : nothing;
    const ofHops = unreached === undefined && options.deep === true ? await breakHops(running) : nothing;
    const facts =
      unreached === undefined && options.facts === true
        ? await stop.unlessStopped(seeFacts(running, connectionSeconds(options) * 1000))
        : undefined;
    const services = selected.map((subject) => {
      const { name, mode, host } = subject.service;
      // Logs and hops are a service's, whatever the host.
      const deeper = [ofLogs, ofHops].flatMap(({ results }) => results.get(name) ?? []);
      const checks = join([...(outside.get(nameSubject(subject)) ?? []), ...deeper]);
      const seenFacts = facts?.get(nameSubject(subject));
      return { service: name, mode, host, checks, ...(seenFacts !== undefined && { facts: seenFacts }) };
    });
    const controller = judgeController(context, seen);
    const verification: Verification = {
      address: found.address,
      holds: holds({ services, controller }),
      services,
      controller,
    };
    const failures = [ofLogs, ofHops].flatMap(({ failure }) => failure ?? []);
    return { verification, failures, ...(unreached === undefined ? {} : { unreached }) };
  } finally {
    prober.close();
  }
}

/** Everything that is seen from outside; on a cluster again where a change may be under way: controllers take a moment to read one. */
async function lookAtServices({
  session: { listener, stop },
  prober,
  context,
  selected,
  found,
}: Running): Promise<Observations> {
  const seen = new Map<string, Observation>();
  await lookAgain(
    selected,
    async (open) => {
      const plans = [...open.map((subject) => planServiceProbes(context, subject)), planControllerProbes(context)];
      for (const [id, observation] of await observe(prober, plans)) seen.set(id, observation);
      return (subject) => (mayBeUnderWay({ context, subject }, seen) ? 'open' : 'settled');
    },
    {
      longest: found.cluster === undefined ? 0 : longestPropagation,
      longestInDoubt: 0,
      stop: stop.asked,
      onAgain: (count) => {
        const what = count === 1 ? '1 service does' : `${count} services do`;
        listener.message(
          `${what} not hold: looking again for at most ${longestPropagation / 1000} s, since the controller may not have read a change yet.`,
        );
      },
    },
  );
  return seen;
}

async function readLogs({ session, project, context, prober, selected, found }: Running): Promise<Part> {
  if (found.cluster === undefined) throw new InternalError('--logs was let pass without a cluster');
  const { tools } = found.cluster;
  try {
    return {
      results: await checkLogs(
        { session, project, context, prober, tools, started: context.now, stop: session.stop },
        selected.filter(({ isOtherHost }) => isOtherHost !== true),
      ),
    };
  } catch (failure) {
    if (!(failure instanceof ToolError)) throw failure;
    return {
      results: new Map(selected.map((subject) => [subject.service.name, [skipLogs(subject, failure.message)]])),
      failure,
    };
  }
}

/** One after the other: no more than one hop is broken at a time, and none after one that could not be put back. */
async function breakHops(running: Running): Promise<Part> {
  const { session, project, options, selected, found } = running;
  const { stop } = session;
  const results = new Map<string, readonly CheckResult[]>();
  const subjects = selected.filter(({ service, isOtherHost }) => isOtherHost !== true && hasTlsHop(service.mode));
  const place = openPlace(running);
  const prober = createProber({
    address: found.address,
    timeoutMs: Math.min(connectionSeconds(options) * 1000, longestDeepProbe),
    concurrency: 1,
    stop: stop.asked,
  });
  // What was broken is put back, however often somebody presses Ctrl-C.
  const release = stop.hold();
  try {
    await withLock(session, 'verify --deep', async () => {
      // Another run may have been killed since this one looked.
      await repairUnderLock(session, project, options);
      for (const subject of subjects) {
        stop.asked.throwIfAborted();
        const result =
          subject.client === undefined && demandsCertificate(subject.service)
            ? skipDeep(subject, 'no client certificate is here to ask with')
            : await checkDeep({ ...running, stop, place, prober }, subject);
        if (result !== undefined) results.set(subject.service.name, [result]);
      }
      stop.asked.throwIfAborted();
    });
    return { results };
  } catch (failure) {
    if (!(failure instanceof ToolError) || stop.asked.aborted) throw failure;
    for (const subject of subjects) {
      if (!results.has(subject.service.name)) results.set(subject.service.name, [skipDeep(subject, failure.message)]);
    }
    return { results, failure };
  } finally {
    release();
    prober.close();
  }
}

function openPlace({ session: { files }, project: { profile, config }, found }: Running): AuthorityStore {
  if (found.cluster !== undefined)
    return authoritiesOnCluster(found.cluster, { files, profile, controllerName: config.controller.name });
  if (found.address.source === 'preview') return authoritiesOfPreview(files);
  throw new InternalError('--deep was let pass with an address alone');
}

/** Each check once, in the order of the report: what looked deeper comes later and takes the place of what did not. */
function join(checks: readonly CheckResult[]): readonly CheckResult[] {
  const last = new Map(checks.map((result) => [result.check, result]));
  return [...last.values()].sort((one, other) => checkIds.indexOf(one.check) - checkIds.indexOf(other.check));
}
