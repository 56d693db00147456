import { className } from '../../model/config.ts';
import { createProber } from '../../world/net/prober.ts';
import { Interrupted, KnownError, NegativeAnswer } from '../../errors.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { Observation } from '../../model/probe.ts';
import { isUnreachable } from '../../verify/failures.ts';
import type { Finding } from '../../verify/finding.ts';
import { probeAsClient } from '../../verify/probe-plan.ts';
import { judgeServing, planServing } from '../../verify/serving.ts';
import type { Observations, VerifyContext, VerifySubject } from '../../verify/subject.ts';
import { showFailure } from '../../verify/words.ts';
import type { SeenSecrets } from '../cluster/kept-secrets.ts';
import type { Project } from '../project.ts';
import type { Session } from '../session.ts';
import { printAddress } from '../verify/address.ts';
import { lookAgain, type Verdict } from '../verify/look-again.ts';
import type { WayIn } from './find-way-in.ts';
import { observe } from '../verify/observe.ts';
import { buildSubjects } from '../verify/subjects.ts';
import { inOrder } from '../run/stage.ts';
import type { Stopping } from '../run/stopping.ts';

/** The same for what may well stay as it is: nobody listens, or a program may mean its answer so. */
const longestDoubt = 5_000;

/** Milliseconds for one connection. */
const longestConnection = 5_000;

export interface ServingSettings {
  /** Those whose way from the client this run changed. */
  readonly services: readonly PlannedService[];
  readonly way: WayIn;
  /** Secrets of somebody else with certificates that clients are shown. */
  readonly kept: SeenSecrets;
  /** Seconds that the person allows a wait. */
  readonly timeout: number;
  readonly stopping: Stopping;
}

/** `warning`: not as verify would have it, and yet it may stay so. */
interface ServedHost extends Finding {
  readonly host: string;
  /** At which the service was asked; absent: the root. */
  readonly path?: string;
  readonly service: string;
}

/** What clients are shown once all was applied. */
export interface Serving {
  /** Why nobody could look; absent: somebody did. */
  readonly unseen?: string;
  /** What to do so that somebody can, where that is known. */
  readonly remedy?: string;
  readonly hosts: readonly ServedHost[];
}

/**
 * Waits until hosts are served, as a client at the printed address sees it: pods are ready before the controller has read their routes,
 * endpoints and Secrets. Shown as a step, which has its tick only when all of them are.
 *
 * @returns what was seen last, whatever it was. @throws Interrupted when the person ends the wait.
 */
export async function awaitServing(session: Session, project: Project, settings: ServingSettings): Promise<Serving> {
  const { services, stopping } = settings;
  const [first] = services;
  if (first === undefined) return { hosts: [] };
  const title = `wait until ${className(project.config)} serves ${services.length === 1 ? first.host : `${services.length} hosts`}`;
  let serving: Serving = { hosts: [] };
  const run = async (): Promise<void> => {
    serving = await look(session, project, settings);
    if (serving.hosts.some(({ status }) => status === 'failed')) throw new NegativeAnswer('not served');
  };
  const skipped = (): string | undefined => serving.unseen;
  // All is applied: no tool runs that would have to end first.
  stopping.end();
  try {
    await session.listener.showStages(inOrder([{ title, run, skipped }]), stopping);
  } catch (error) {
    if (!(error instanceof NegativeAnswer)) throw error;
  }
  return serving;
}

async function look(
  session: Session,
  project: Project,
  { services, way, kept, timeout }: ServingSettings,
): Promise<Serving> {
  const {
    profile,
    config,
    desired: { entry },
  } = project;
  if (!('address' in way)) {
    const { unseen, remedy } = way;
    return { unseen, ...(remedy !== undefined && { remedy }), hosts: [] };
  }
  const { address } = way;
  let context: VerifyContext;
  try {
    const subjects = buildSubjects({ files: session.files, project, kept, now: session.world.now() });
    context = {
      config,
      entry,
      behaviour: profile.behaviour(config),
      words: profile.words,
      subjects,
      now: session.world.now(),
    };
  } catch (error) {
    if (error instanceof KnownError) return { unseen: error.message, hosts: [] };
    throw error;
  }
  const { stop } = session;
  const prober = createProber({
    address,
    timeoutMs: Math.min(longestConnection, timeout * 1000),
    stop: stop.asked,
  });
  const names = new Set(services.map(({ name }) => name));
  const subjects = context.subjects.filter(({ service }) => names.has(service.name));
  const seen = new Map<string, Observation>();
  try {
    await lookAgain(
      subjects,
      async (open) => {
        for (const [id, observation] of await observe(
          prober,
          open.map((subject) => planServing({ context, subject })),
        ))
          seen.set(id, observation);
        return (subject) => judge(context, subject, seen);
      },
      {
        longest: Math.min(profile.noticesChangesWithin, timeout * 1000),
        longestInDoubt: longestDoubt,
        stop: stop.asked,
      },
    );
    const exitCode = stop.exitCode();
    if (exitCode !== undefined)
      throw new Interrupted('stopped: all is applied, and nobody saw whether it is served', {
        exitCode,
        remedy: 'ingress-tls verify',
      });
  } finally {
    prober.close();
  }
  const failure = findUnreachable(subjects, seen);
  if (failure !== undefined)
    return { unseen: `${printAddress(address)} is not reached from here: ${failure}`, hosts: [] };
  return {
    hosts: subjects.map((subject) => ({
      host: subject.service.host,
      ...(subject.service.entryPath !== undefined && { path: subject.service.entryPath }),
      service: subject.service.name,
      ...judgeServing({ context, subject }, seen),
    })),
  };
}

/** kube-proxy opens a node port a moment after the controller is ready; whoever has no route, or no answer, has none later. */
function judge(context: VerifyContext, subject: VerifySubject, seen: Observations): Verdict {
  const observation = seen.get(probeAsClient(subject).id);
  if (observation !== undefined && isUnreachable(observation))
    return observation.failure?.code === 'ECONNREFUSED' ? 'doubtful' : 'settled';
  const { status } = judgeServing({ context, subject }, seen);
  return status === 'failed' ? 'open' : status === 'warning' ? 'doubtful' : 'settled';
}

/** How connections failed, where none came about. */
function findUnreachable(subjects: readonly VerifySubject[], seen: Observations): string | undefined {
  const observations = subjects.flatMap((subject) => seen.get(probeAsClient(subject).id) ?? []);
  return observations.every(isUnreachable) ? showFailure(observations[0]?.failure) : undefined;
}
