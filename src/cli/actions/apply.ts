import { exitCodes, Interrupted, NegativeAnswer } from '../../errors.ts';
import type { ClusterChanges } from '../../model/changes.ts';
import type { Plan } from '../../model/plan.ts';
import { planApply, type ApplyTarget, type Findings } from '../../cluster/apply-plan.ts';
import { places } from '../../project/places.ts';
import { selectTouched } from '../../cluster/touched-services.ts';
import { describeAccess } from '../../app/access.ts';
import { arrangeSteps } from '../../app/apply/apply-steps.ts';
import { awaitServing, type Serving } from '../../app/apply/await-serving.ts';
import { addOrphans, changesToJson, summarizeChanges } from '../output/change-summary.ts';
import { refuseOtherNamespace } from '../../app/cluster/checks.ts';
import { lookUpCluster, type ClusterFacts } from '../../app/cluster/facts.ts';
import { boundQuestions, describeCluster, openCluster, reportOwnDefaults, type ClusterTools } from '../../app/cluster/tools.ts';
import { usualConcurrency } from '../../app/run/concurrency.ts';
import { planToJson, printPlan } from '../output/dry-run.ts';
import { findChanges } from '../../app/cluster/find-changes.ts';
import { freeReleases, lookUpForApply, refuseConflicts, unlessStopped, type LookSettings } from '../../app/apply/look-for-apply.ts';
import { reportNotices } from '../output/notices.ts';
import { addTakeOver, loadProject, planProject, type PlannedProject, type Project } from '../../app/project.ts';
import { viewRendered } from '../../app/cluster/rendered-project.ts';
import { explainConflicts, reportBackups, reportConflicts } from '../output/report-render.ts';
import { runSteps } from '../../app/run/run-steps.ts';
import { withLock } from '../../app/session.ts';
import type { CommandSession } from '../session.ts';
import { listenForStop } from '../../app/run/stopping.ts';
import { printTable } from '../../text/table.ts';
import { repairUnderLock } from '../../app/verify/repair.ts';
import { carryOutPlan } from '../../app/write-project.ts';

export interface ApplyOptions {
  readonly dryRun?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  /** Seconds. */
  readonly timeout: number;
  readonly keepEdits?: boolean;
  readonly prune?: boolean;
  readonly concurrency?: number;
  readonly verifyLive?: boolean;
  readonly forceConflicts?: boolean;
  readonly forcePending?: boolean;
  readonly takeOver?: string;
  readonly verbose?: boolean;
}

/** Renders, then brings to the cluster what differs there. Whatever can be refused is refused before anything is written. */
export async function apply(session: CommandSession, options: ApplyOptions): Promise<number> {
  return options.dryRun === true ? dryRun(session, options) : withLock(session, 'apply', () => applyForReal(session, options));
}

async function dryRun(session: CommandSession, options: ApplyOptions): Promise<number> {
  const { report } = session;
  const project = loadProject(session, options.takeOver);
  refuseOtherNamespace(options.namespace, project);
  const rendered = planProject(session, project, false);
  const { plan } = rendered;
  const facts = await lookUpCluster(openCluster(session, boundQuestions(options), true), project, { isTolerant: true, readsObjects: true, command: 'ingress-tls apply --dry-run' });
  const findings = await findChanges({ tools: facts.tools, rendered: viewRendered(session, project, rendered), facts, verifyLive: options.verifyLive === true });
  const commands = planApply(project.config, project.profile, project.desired, chooseTarget(facts, options), findings);
  const changes = addPruned(findings, facts, options);
  reportConflicts(session, plan);
  report.say({
    json: () => ({
      context: facts.cluster?.context ?? null,
      server: facts.cluster?.server ?? null,
      changes: changes === undefined ? null : changesToJson(changes),
      steps: planToJson(plan, commands),
      kept: plan.conflicts.map(({ path, reason }) => ({ path, reason })),
      unknown: facts.unknown,
      notices: plan.notices,
    }),
    text: () => {
      report.message(describeTarget(facts));
      report.results(printPlan(plan, commands));
      reportOwnDefaults(session, facts.tools);
      reportSummary(session, project, changes);
      for (const name of facts.terminating) report.message(`Namespace ${name} is being deleted: apply waits until it is gone.`);
      for (const line of facts.unknown) report.message(`${report.messageStyle.warning('not looked up:')} ${line}`);
      reportOrphans(session, facts, options);
      reportNotices(report, plan.notices, ['warning', 'info']);
    },
  });
  return plan.conflicts.length > 0 && options.keepEdits !== true ? exitCodes.no : exitCodes.done;
}

async function applyForReal(session: CommandSession, options: ApplyOptions): Promise<number> {
  const { report, world } = session;
  const project = loadProject(session, options.takeOver);
  refuseOtherNamespace(options.namespace, project);
  await repairUnderLock(session, project, boundQuestions(options));
  const tools: ClusterTools = openCluster(session, boundQuestions(options), false);
  const stopping = listenForStop(session);
  const settings: LookSettings = {
    stopping,
    timeout: options.timeout,
    forcePending: options.forcePending === true,
  };
  try {
    let planned: PlannedProject | undefined;
    let begun = world.now();
    const plan = (): PlannedProject => {
      begun = world.now();
      planned = planProject(session, project, false);
      return planned;
    };
    let found: ClusterFacts;
    try {
      found = await lookUpForApply(session, tools, project, settings, plan);
    } catch (error) {
      // What is wrong with the project is told first: it can be mended without a cluster.
      if (!(error instanceof Interrupted)) refuseEdited(session, (planned ?? plan()).plan, options);
      throw error;
    }
    // What was saved while the tools looked counts.
    const rendered = planned === undefined || session.files.haveChanged([...planned.observed.digests.keys(), ...planned.observed.gitFiles.keys()], begun) ? plan() : planned;
    refuseEdited(session, rendered.plan, options);
    const view = viewRendered(session, project, rendered);
    report.message(describeTarget(found));
    const backups = await carryOutPlan(session, rendered.plan, rendered.observed);
    reportBackups(session, backups);
    const { facts, findings } = await unlessStopped(stopping, async () => {
      const free = await freeReleases(session, project, found, settings);
      return { facts: free, findings: await findChanges({ tools: free.tools, rendered: view, facts: free, verifyLive: options.verifyLive === true }) };
    });
    if (options.forceConflicts !== true && findings.changes !== undefined) refuseConflicts(findings.changes);
    const changes = addPruned(findings, facts, options);
    reportSummary(session, project, changes);
    reportOrphans(session, facts, options);
    reportNotices(report, rendered.plan.notices, ['warning']);
    const commands = planApply(project.config, project.profile, project.desired, chooseTarget(facts, options), findings);
    const warnings = new Set<string>();
    const stages = arrangeSteps(session, commands, {
      tools: facts.tools,
      timeout: options.timeout,
      stopping,
      concurrency: options.concurrency ?? usualConcurrency(world.cores),
      onWarning: (text) => warnings.add(text),
    });
    try {
      await runSteps(session, stages, stopping, addTakeOver('ingress-tls apply', options));
    } finally {
      for (const text of warnings) report.notice({ level: 'warning', code: 'api-warning', message: `the API server warned: ${text}` });
    }
    const serving = await awaitServing(session, project, {
      services: selectTouched(project.config, project.desired, commands),
      nodeAddress: facts.nodeAddress,
      timeout: options.timeout,
      stopping,
    });
    reportAccess(session, project, facts, changes, serving);
    refuseUnserved(session, serving);
    return exitCodes.done;
  } finally {
    stopping.end();
  }
}

/** What the project no longer brings is removed only when asked: the same controller may be applied from another folder. */
function chooseTarget({ target, orphans }: ClusterFacts, options: ApplyOptions): ApplyTarget {
  return {
    ...target,
    timeout: options.timeout,
    forceConflicts: options.forceConflicts === true,
    orphans: options.prune === true ? orphans : { releases: [], objects: [] },
  };
}

/** What is done is what is told. */
function addPruned({ changes }: Findings, { orphans }: ClusterFacts, { prune }: ApplyOptions): ClusterChanges | undefined {
  return changes === undefined || prune !== true ? changes : addOrphans(changes, orphans);
}

function reportSummary({ report }: CommandSession, { profile }: Project, changes: ClusterChanges | undefined): void {
  if (changes === undefined) return;
  if (profile.applyMethod !== 'server-side') report.message('All of manifests/ and secrets/ is sent each time: a cluster this old cannot say what would change.');
  for (const line of summarizeChanges(changes)) report.verbatim(line);
}

function reportOrphans({ report }: CommandSession, { orphans }: ClusterFacts, options: ApplyOptions): void {
  const names = [...orphans.releases.map(({ name }) => `release ${name}`), ...orphans.objects.map(({ kind, name }) => `${kind} ${name}`)];
  if (names.length === 0 || options.prune === true) return;
  report.notice({
    level: 'warning',
    code: 'no-longer-wanted',
    message: `on the cluster and no longer in ${places.config}: ${names.join(', ')}`,
    remedy: 'ingress-tls apply --prune removes them',
  });
}

function refuseEdited(session: CommandSession, plan: Plan, options: ApplyOptions): void {
  if (plan.conflicts.length === 0) return;
  reportConflicts(session, plan);
  if (options.keepEdits === true) return;
  const { message, remedy } = explainConflicts(plan);
  throw new NegativeAnswer(`nothing was applied: ${message}`, { remedy: `${remedy}; ingress-tls apply --keep-edits applies what you edited` });
}

function describeTarget({ cluster }: ClusterFacts): string {
  if (cluster === undefined) return 'The cluster could not be looked up: this is what would run.';
  return `Cluster: ${describeCluster(cluster)}`;
}

/** The closing table: where each service is reached, and the command line that proves it. */
function reportAccess(
  { report }: CommandSession,
  { config, profile, desired }: Project,
  { cluster, nodeAddress }: ClusterFacts,
  changes: ClusterChanges | undefined,
  serving: Serving,
): void {
  const accesses = desired.services.map((service) => describeAccess(profile.entry(config), service, nodeAddress));
  report.say({
    json: () => ({ context: cluster?.context, server: cluster?.server, changes: changes === undefined ? null : changesToJson(changes), services: accesses, serving }),
    text: () => {
      if (accesses.length === 0) report.result(`Controller ${config.controller.name} runs. There are no services yet: ingress-tls add-service`);
      else report.results([...printTable(['HOST', 'MODE', 'URL'], accesses.map(({ host, mode, url }) => [host, mode, url])), '', 'To try them:', ...accesses.map(({ curl }) => `  ${curl}`)]);
    },
  });
}

/**
 * Says what clients do not see as they should, though all is applied.
 * @throws NegativeAnswer where it must not stay so.
 */
function refuseUnserved({ report }: CommandSession, { unseen, hosts }: Serving): void {
  if (unseen !== undefined) {
    report.notice({
      level: 'info',
      code: 'serving-unseen',
      message: 'all is applied; whether clients are served could not be seen from here',
      remedy: 'ingress-tls verify --address HOST:PORT looks where the controller is reached',
    });
  }
  for (const { host, service, seen, cause = '', remedy = `ingress-tls verify ${service}` } of hosts.filter(({ status }) => status === 'warning')) {
    report.notice({ level: 'warning', code: 'serving-doubtful', message: `${host} shows ${seen}: ${cause}`, remedy });
  }
  const failed = hosts.filter(({ status }) => status === 'failed');
  const [first] = failed;
  if (first === undefined) return;
  const what = failed.length === 1 ? `${first.host} is` : `${failed.length} hosts are`;
  throw new NegativeAnswer(`all is applied, but ${what} not served as it should be`, {
    details: failed.map(({ host, seen }) => `${host}: ${seen}`),
    remedy: `ingress-tls verify ${failed.map(({ service }) => service).join(' ')}`,
  });
}
