import type { Plan } from '../../model/plan.ts';
import { refuseOtherNamespace } from '../cluster/checks.ts';
import { lookUpCluster, type ClusterFacts } from '../cluster/facts.ts';
import { findChanges } from '../cluster/find-changes.ts';
import { refuseMissingKeys } from '../cluster/keyless-secrets.ts';
import { viewRendered } from '../cluster/rendered-project.ts';
import { tellUnseen } from '../cluster/tell-unseen.ts';
import { boundQuestions, openCluster } from '../cluster/tools.ts';
import { planProject } from '../plan-project.ts';
import { loadProject, type Project } from '../project.ts';
import type { Session } from '../session.ts';
import { planForCluster, type ApplySettings, type ClusterPlan } from './plan-for-cluster.ts';

/** What apply would do. */
export interface ApplyDryRun extends ClusterPlan {
  readonly project: Project;
  /** What would be written in the project folder. */
  readonly local: Plan;
  /** What could not be looked up is told in it. */
  readonly facts: ClusterFacts;
}

/** Finds out what apply would write and run. Changes nothing, and bears a cluster that cannot be asked. */
export async function dryRunApply(session: Session, settings: ApplySettings): Promise<ApplyDryRun> {
  const project = await loadProject(session, settings.takeOver);
  refuseOtherNamespace(settings.namespace, project);
  const rendered = planProject(session, project, false);
  const tools = openCluster(session, project, boundQuestions(settings), true);
  const facts = await lookUpCluster(tools, project, {
    isTolerant: true,
    readsObjects: true,
    command: 'ingress-tls apply --dry-run',
  });
  const findings = await findChanges({
    tools: facts.tools,
    rendered: viewRendered(session, project, rendered),
    facts,
    verifyLive: settings.verifyLive === true,
  });
  if (findings.changes !== undefined) refuseMissingKeys(findings.changes.objects);
  const local = { ...rendered.plan, notices: tellUnseen(rendered.plan.notices, project, facts) };
  return { project, local, facts, ...planForCluster(project, facts, findings, settings) };
}
