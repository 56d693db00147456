import { exitCodes, UsageError } from '../../errors.ts';
import type { ClusterChanges, ObjectChange } from '../../model/changes.ts';
import type { Plan } from '../../model/plan.ts';
import { addOrphans, changesToJson, hasChanges, summarizeChanges } from '../output/change-summary.ts';
import { lookUpCluster } from '../../app/cluster/facts.ts';
import { describeCluster, openCluster } from '../../app/cluster/tools.ts';
import { lookClosely } from '../../app/cluster/look-closely.ts';
import { nextApply } from '../../app/cluster/next-apply.ts';
import { colorDifference, printDifference } from '../output/print-difference.ts';
import { addTakeOver, loadProject, planProject, type Project } from '../../app/project.ts';
import { viewRendered } from '../../app/cluster/rendered-project.ts';
import { selectServices } from '../../app/select-services.ts';
import type { CommandSession } from '../session.ts';

export interface DiffOptions {
  /** Services to look at; none: everything. */
  readonly names: readonly string[];
  readonly summary?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  /** Seconds. */
  readonly timeout?: number;
  readonly takeOver?: string;
  readonly verbose?: boolean;
}

/** Shows what apply would change on the cluster. Exit 0: nothing, 1: something. */
export async function diff(session: CommandSession, options: DiffOptions): Promise<number> {
  const { report } = session;
  const project = loadProject(session, options.takeOver);
  const services = selectServices(project, options.names);
  refuseOldProfile(project);
  const rendered = planProject(session, project, false);
  const facts = await lookUpCluster(openCluster(session, options, true), project, { command: 'ingress-tls diff' });
  if (facts.cluster !== undefined) report.message(`Cluster: ${describeCluster(facts.cluster)}`);
  const view = viewRendered(session, project, rendered);
  const isWhole = options.names.length === 0;
  const found = await lookClosely(facts.tools, view, facts, isWhole ? undefined : services);
  const changes = isWhole ? addOrphans(found, facts.orphans) : found;
  reportEdited(session, rendered.plan);
  report.say({
    json: () => ({ context: facts.cluster?.context, server: facts.cluster?.server, ...changesToJson(changes), edited: rendered.plan.conflicts.map(({ path }) => path) }),
    text: () => {
      reportChanges(session, changes, options);
      const next = nextApply(changes, { ...view, services: project.desired.services, records: facts.records ?? [], isEdited: rendered.plan.conflicts.length > 0 });
      if (next !== undefined) report.next(addTakeOver(next, options));
    },
  });
  return hasChanges(changes) ? exitCodes.no : exitCodes.done;
}

function reportChanges({ report }: CommandSession, changes: ClusterChanges, { summary }: DiffOptions): void {
  for (const line of summarizeChanges(changes)) report.result(line);
  if (summary === true) return;
  const objects: readonly ObjectChange[] = [...changes.objects, ...changes.releases.flatMap((release) => release.objects ?? [])];
  for (const object of objects) {
    const lines = printDifference(object);
    if (lines.length > 0) report.result('');
    for (const line of lines) report.result(colorDifference(line, report.style));
  }
}

/** What apply keeps is compared as it is. */
function reportEdited({ report }: CommandSession, { conflicts }: Plan): void {
  if (conflicts.length === 0) return;
  report.message(`${report.messageStyle.warning('edited:')} compared as it is on disk: ${conflicts.map(({ path }) => path).join(', ')}`);
}

function refuseOldProfile({ profile }: Project): void {
  if (profile.applyMethod === 'server-side') return;
  throw new UsageError(`clusters of profile ${profile.name} cannot be asked what would change: they have no server-side apply`, {
    remedy: 'ingress-tls apply --dry-run shows what would be sent',
  });
}
