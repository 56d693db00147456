import { addOrphans, hasChanges } from '../cluster/count-changes.ts';
import { UsageError } from '../errors.ts';
import type { ClusterChanges } from '../model/changes.ts';
import type { Cluster } from '../world/kubectl/kubectl.ts';
import { lookUpCluster } from './cluster/facts.ts';
import { lookClosely } from './cluster/look-closely.ts';
import { nextApply } from './cluster/next-apply.ts';
import { viewRendered } from './cluster/rendered-project.ts';
import { openCluster, type ClusterOptions } from './cluster/tools.ts';
import { planProject } from './plan-project.ts';
import { addTakeOver, loadProject, type Project } from './project.ts';
import { selectServices } from './select-services.ts';
import type { Session } from './session.ts';

export interface DiffSettings extends ClusterOptions {
  /** Services to look at; none: everything. */
  readonly names: readonly string[];
  readonly takeOver?: string;
}

/** What apply would change on the cluster. */
export interface Differences {
  readonly cluster?: Cluster;
  readonly changes: ClusterChanges;
  readonly differs: boolean;
  /** Files that a person edited: compared as they are, since apply keeps them. */
  readonly edited: readonly string[];
  /** The command that brings the changes; absent where none does. */
  readonly next?: string;
}

/**
 * Has the API server compare everything. Reads only.
 * @param onCluster told which cluster it is before it is looked at closely.
 */
export async function diff(
  session: Session,
  settings: DiffSettings,
  onCluster: (cluster: Cluster) => void,
): Promise<Differences> {
  const { names } = settings;
  const project = await loadProject(session, settings.takeOver);
  const services = selectServices(project, names);
  refuseOldProfile(project);
  const rendered = planProject(session, project, false);
  const facts = await lookUpCluster(openCluster(session, project, settings, true), project, {
    command: 'ingress-tls diff',
  });
  const { cluster } = facts;
  if (cluster !== undefined) onCluster(cluster);
  const view = viewRendered(session, project, rendered);
  const isWhole = names.length === 0;
  const found = await lookClosely(facts.tools, view, facts, isWhole ? undefined : services);
  const changes = isWhole ? addOrphans(found, facts.orphans) : found;
  const edited = rendered.plan.conflicts.map(({ path }) => path);
  const next = nextApply(changes, {
    ...view,
    services: project.desired.services,
    records: facts.records ?? [],
    isEdited: edited.length > 0,
  });
  return {
    ...(cluster !== undefined && { cluster }),
    changes,
    differs: hasChanges(changes),
    edited,
    ...(next !== undefined && { next: addTakeOver(next, settings) }),
  };
}

function refuseOldProfile({ profile }: Project): void {
  if (profile.applyMethod === 'server-side') return;
  throw new UsageError(
    `clusters of profile ${profile.name} cannot be asked what would change: they have no server-side apply`,
    {
      remedy: 'ingress-tls apply --dry-run shows what would be sent',
    },
  );
}
