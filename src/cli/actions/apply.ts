import { exitCodes, Interrupted, NegativeAnswer } from '../../errors.ts';
import { runStep } from '../../effects/run-step.ts';
import type { Plan } from '../../model/plan.ts';
import { planApply, type ApplyTarget } from '../../plan/apply-plan.ts';
import { places } from '../../plan/places.ts';
import { describeAccess } from '../access-lines.ts';
import { refuseOtherNamespace } from '../cluster-checks.ts';
import { lookUpCluster, type ClusterFacts } from '../cluster-facts.ts';
import { describeCluster, openCluster, type ClusterTools } from '../cluster-tools.ts';
import type { ApplyOptions } from '../commands/apply.ts';
import { describePlan, printPlan } from '../dry-run.ts';
import { reportNotices } from '../notices.ts';
import { chooseProgressStyle } from '../progress.ts';
import { loadProject, planProject, type Project } from '../project.ts';
import { explainConflicts, reportBackups, reportConflicts } from '../report-render.ts';
import { runSteps } from '../run-steps.ts';
import { withLock, type Session } from '../session.ts';
import { listenForStop, type Stopping } from '../stopping.ts';
import { printTable } from '../table.ts';
import { repairUnderLock } from '../verify-repair.ts';
import { carryOutPlan } from '../write-project.ts';

/** Renders, then brings everything to the cluster. Whatever can be refused is refused before anything is written. */
export async function apply(session: Session, options: ApplyOptions): Promise<number> {
  return options.dryRun === true ? dryRun(session, options) : withLock(session, 'apply', () => applyForReal(session, options));
}

async function dryRun(session: Session, options: ApplyOptions): Promise<number> {
  const { report } = session;
  const project = loadProject(session);
  refuseOtherNamespace(options.namespace, project);
  const { plan } = planProject(session, project, false);
  const facts = await lookUpCluster(openCluster(session, options, true), project, true);
  const commands = planApply(project.config, project.profile, project.desired, chooseTarget(facts, options));
  reportConflicts(session, plan);
  if (options.json === true) {
    report.json({
      context: facts.cluster?.context ?? null,
      server: facts.cluster?.server ?? null,
      steps: describePlan(plan, commands),
      kept: plan.conflicts.map(({ path, reason }) => ({ path, reason })),
      unknown: facts.unknown,
      notices: plan.notices,
    });
  } else {
    report.message(describeTarget(facts));
    for (const line of printPlan(plan, commands)) report.result(line);
    for (const line of facts.unknown) report.message(`${report.messageStyle.warning('not looked up:')} ${line}`);
    reportOrphans(session, facts, options);
    reportNotices(report, plan.notices, ['warning', 'info']);
  }
  return plan.conflicts.length > 0 && options.keepEdits !== true ? exitCodes.no : exitCodes.done;
}

async function applyForReal(session: Session, options: ApplyOptions): Promise<number> {
  const { report } = session;
  const project = loadProject(session);
  refuseOtherNamespace(options.namespace, project);
  await repairUnderLock(session, project, options);
  refuseEdited(session, planProject(session, project, false).plan, options);
  const tools = openCluster(session, options, false);
  const stopping = listenForStop(session.world, report, tools.exec);
  try {
    const facts = await lookUp(tools, project, stopping);
    report.message(describeTarget(facts));
    // Looking at a cluster takes a while: what was saved meanwhile counts.
    const { plan, observed } = planProject(session, project, false);
    refuseEdited(session, plan, options);
    const backups = await carryOutPlan(session, plan, observed);
    reportBackups(session, backups);
    reportOrphans(session, facts, options);
    reportNotices(report, plan.notices, ['warning']);
    const commands = planApply(project.config, project.profile, project.desired, chooseTarget(facts, options));
    const steps = commands.map((step) => ({ title: step.title, run: () => runStep(step, { ...facts.tools, files: session.files }) }));
    await runSteps(session, chooseProgressStyle(session, options), steps, stopping, 'ingress-tls apply');
    reportAccess(session, project, facts, options);
    return exitCodes.done;
  } finally {
    stopping.end();
  }
}

/** A stop while the cluster is looked at ends the run before anything is written. */
async function lookUp(tools: ClusterTools, project: Project, stopping: Stopping): Promise<ClusterFacts> {
  const endIfStopped = (): void => {
    const exitCode = stopping.exitCode();
    if (exitCode !== undefined) throw new Interrupted('stopped before anything was written', { exitCode, remedy: 'ingress-tls apply' });
  };
  const facts = await lookUpCluster(tools, project, false).catch((error: unknown) => {
    endIfStopped();
    throw error;
  });
  endIfStopped();
  return facts;
}

/** What the project no longer brings is removed only when asked: the same controller may be applied from another folder. */
function chooseTarget({ target, orphans }: ClusterFacts, options: ApplyOptions): ApplyTarget {
  return { ...target, timeout: options.timeout, orphans: options.prune === true ? orphans : { releases: [], objects: [] } };
}

function reportOrphans({ report }: Session, { orphans }: ClusterFacts, options: ApplyOptions): void {
  const names = [...orphans.releases.map(({ name }) => `release ${name}`), ...orphans.objects.map(({ kind, name }) => `${kind} ${name}`)];
  if (names.length === 0 || options.prune === true) return;
  report.notice({
    level: 'warning',
    code: 'no-longer-wanted',
    message: `on the cluster and no longer in ${places.config}: ${names.join(', ')}`,
    remedy: 'ingress-tls apply --prune removes them',
  });
}

function refuseEdited(session: Session, plan: Plan, options: ApplyOptions): void {
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
function reportAccess({ report }: Session, { config, desired }: Project, { cluster, nodeAddress }: ClusterFacts, options: ApplyOptions): void {
  const accesses = desired.services.map((service) => describeAccess(config, service, nodeAddress));
  if (options.json === true) {
    report.json({ context: cluster?.context, server: cluster?.server, services: accesses });
    return;
  }
  if (accesses.length === 0) {
    report.result(`Controller ${config.controller.name} runs. There are no services yet: ingress-tls add-service`);
    return;
  }
  for (const line of printTable(['HOST', 'MODE', 'URL'], accesses.map(({ host, mode, url }) => [host, mode, url]))) report.result(line);
  report.result('');
  report.result('To try them:');
  for (const { curl } of accesses) report.result(`  ${curl}`);
}
