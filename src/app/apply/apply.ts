import { selectTouched } from '../../cluster/touched-services.ts';
import { Interrupted, NegativeAnswer } from '../../errors.ts';
import type { ClusterChanges } from '../../model/changes.ts';
import type { Plan, RunStep } from '../../model/plan.ts';
import type { Cluster } from '../../world/kubectl/kubectl.ts';
import { listAccess, type Access } from '../access.ts';
import { refuseOtherNamespace } from '../cluster/checks.ts';
import { seeSecrets } from '../cluster/kept-secrets.ts';
import type { ClusterFacts } from '../cluster/facts.ts';
import { findChanges } from '../cluster/find-changes.ts';
import { lookAtKeyless, refuseMissingKeys } from '../cluster/keyless-secrets.ts';
import { refuseContestedSecrets } from '../cluster/secret-owners.ts';
import { viewRendered } from '../cluster/rendered-project.ts';
import { tellUnseen } from '../cluster/tell-unseen.ts';
import { boundQuestions, openCluster, type ClusterTools } from '../cluster/tools.ts';
import { explainKept } from '../kept-files.ts';
import { planProject, type PlannedProject } from '../plan-project.ts';
import { addTakeOver, loadProject, type Project } from '../project.ts';
import { runSteps } from '../run/run-steps.ts';
import { usualConcurrency } from '../run/stage.ts';
import { listenForStop, type Stopping } from '../run/stopping.ts';
import { withLock, type Session } from '../session.ts';
import { repairUnderLock } from '../verify/repair.ts';
import { carryOutPlan } from '../write-project.ts';
import { arrangeSteps } from './apply-steps.ts';
import { awaitServing, type Serving } from './await-serving.ts';
import { findWayIn } from './find-way-in.ts';
import { beforeWriting, freeReleases, lookUpForApply, refuseConflicts } from './look-for-apply.ts';
import { planForCluster, type ApplySettings, type ClusterPlan } from './plan-for-cluster.ts';

/** Hears what apply finds, each before what follows from it is done. */
export interface ApplyEvents {
  /** Edited files in the plan of the folder are kept: the run ends, unless they are to be applied as they are. */
  readonly onKept: (local: Plan) => void;
  readonly onCluster: (cluster: Cluster | undefined) => void;
  /** The folder is written; these are the copies of what was replaced by force. */
  readonly onWritten: (backups: readonly string[]) => void;
  /** What is about to be done on the cluster. */
  readonly onPlan: (plan: ClusterPlan, project: Project, local: Plan) => void;
}

/** All is on the cluster. */
export interface Applied {
  readonly project: Project;
  readonly cluster?: Cluster;
  /** Absent: nobody could look, everything was sent. */
  readonly changes?: ClusterChanges;
  readonly services: readonly Access[];
  /** What has to run in another terminal before the services are reached. */
  readonly before?: string;
  /** What clients are shown, be it right or wrong. */
  readonly serving: Serving;
}

interface Running {
  readonly session: Session;
  readonly project: Project;
  readonly settings: ApplySettings;
  readonly events: ApplyEvents;
  readonly stopping: Stopping;
}

/**
 * Renders, then brings to the cluster what differs there, and waits until it is served. Whatever can be refused is refused before anything
 * is written. @throws KnownError as its parts do; NegativeAnswer for edited files, and for fields that others set.
 */
export function apply(session: Session, settings: ApplySettings, events: ApplyEvents): Promise<Applied> {
  return withLock(session, 'apply', async () => {
    const project = await loadProject(session, settings.takeOver);
    refuseOtherNamespace(settings.namespace, project);
    await repairUnderLock(session, project, boundQuestions(settings));
    const tools = openCluster(session, project, boundQuestions(settings), false);
    const stopping = listenForStop(session);
    try {
      return await bringToCluster({ session, project, settings, events, stopping }, tools);
    } finally {
      stopping.end();
    }
  });
}

async function bringToCluster(running: Running, tools: ClusterTools): Promise<Applied> {
  const { session, project, settings, events, stopping } = running;
  const { timeout, forcePending = false, verifyLive = false } = settings;
  const { found, rendered } = await lookBeforeWriting(running, tools);
  const local = rendered.plan;
  const view = viewRendered(session, project, rendered);
  events.onCluster(found.cluster);
  refuseMissingKeys(await beforeWriting(stopping, () => lookAtKeyless(found.tools, view.keyless, found.live?.secrets)));
  events.onWritten(await carryOutPlan(session, local, rendered.observed));
  const { facts, findings } = await beforeWriting(stopping, async () => {
    const free = await freeReleases(session, project, found, { stopping, timeout, forcePending });
    return { facts: free, findings: await findChanges({ tools: free.tools, rendered: view, facts: free, verifyLive }) };
  });
  await beforeWriting(stopping, () => refuseContestedSecrets(facts, project, findings));
  if (settings.forceConflicts !== true && findings.changes !== undefined) refuseConflicts(findings.changes);
  const plan = planForCluster(project, facts, findings, settings);
  events.onPlan(plan, project, { ...local, notices: tellUnseen(local.notices, project, facts) });
  await runCommands(running, facts, plan.commands);
  const { cluster } = facts;
  const touched = selectTouched(project.desired, plan.commands);
  const way = await findWayIn(session, project, facts, {
    isChanged: plan.commands.length > 0,
    timeout,
    stopping,
  });
  const kept = touched.length === 0 ? new Map() : await seeSecrets(facts.tools, project.desired.kept);
  const serving = await awaitServing(session, project, { services: touched, way, kept, timeout, stopping });
  return {
    project,
    ...(cluster !== undefined && { cluster }),
    ...(plan.changes !== undefined && { changes: plan.changes }),
    services: project.desired.services.flatMap((service) =>
      listAccess(
        facts.controller?.entry ?? project.desired.entry,
        service,
        'address' in way ? way.address.host : undefined,
      ),
    ),
    ...('before' in way && { before: way.before }),
    serving,
  };
}

/** The cluster as it is and the project as it is to be written, looked at side by side. */
async function lookBeforeWriting(
  running: Running,
  tools: ClusterTools,
): Promise<{ readonly found: ClusterFacts; readonly rendered: PlannedProject }> {
  const {
    session,
    project,
    settings: { timeout, forcePending = false },
    stopping,
  } = running;
  let planned: PlannedProject | undefined;
  let begun = session.world.now();
  const plan = (): PlannedProject => {
    begun = session.world.now();
    planned = planProject(session, project, false);
    return planned;
  };
  let found: ClusterFacts;
  try {
    found = await lookUpForApply(session, tools, project, { stopping, timeout, forcePending }, plan);
  } catch (error) {
    // What is wrong with the project is told first: it can be mended without a cluster.
    if (!(error instanceof Interrupted)) refuseEdited(running, (planned ?? plan()).plan);
    throw error;
  }
  // What was saved while the tools looked counts.
  const rendered =
    planned === undefined ||
    session.files.haveChanged([...planned.observed.digests.keys(), ...planned.observed.gitFiles.keys()], begun)
      ? plan()
      : planned;
  refuseEdited(running, rendered.plan);
  return { found, rendered };
}

function refuseEdited({ events, settings }: Running, local: Plan): void {
  if (local.conflicts.length === 0) return;
  events.onKept(local);
  if (settings.keepEdits === true) return;
  const { message, remedy } = explainKept(local);
  throw new NegativeAnswer(`nothing was applied: ${message}`, {
    remedy: `${remedy}; ingress-tls apply --keep-edits applies what you edited`,
  });
}

/** What the API server warned of is told at the end, whatever the end is, and each warning once: every object may bring the same one. */
async function runCommands(
  { session, settings, stopping }: Running,
  { tools }: ClusterFacts,
  commands: readonly RunStep[],
): Promise<void> {
  const { timeout, concurrency = usualConcurrency(session.world.cores) } = settings;
  const warnings = new Set<string>();
  const stages = arrangeSteps(session, commands, {
    tools,
    timeout,
    stop: stopping.asked,
    concurrency,
    onWarning: (text) => warnings.add(text),
  });
  try {
    await runSteps(session, stages, stopping, addTakeOver('ingress-tls apply', settings));
  } finally {
    for (const text of warnings)
      session.listener.notice({ level: 'warning', code: 'api-warning', message: `the API server warned: ${text}` });
  }
}
