import { hasChanges } from '../cluster/count-changes.ts';
import type { Findings } from '../cluster/apply-plan.ts';
import { NegativeAnswer, ToolError, UsageError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import { isAuthority, type DesiredPair } from '../project/desired-pairs.ts';
import { nameOfPair, rotateCommand } from '../project/places.ts';
import { planRotation, type RotationPlan } from '../project/rotations.ts';
import { quote } from '../text/escape.ts';
import { nearest } from '../text/nearest.ts';
import { dropFormer, letSuccessorIssue, trustBoth } from '../world/files/carry-out-rotation.ts';
import { carryOutRenewals } from '../world/files/carry-out-renewals.ts';
import { lookUpCluster } from './cluster/facts.ts';
import { findChanges } from './cluster/find-changes.ts';
import { viewRendered } from './cluster/rendered-project.ts';
import { openCluster, type ClusterOptions } from './cluster/tools.ts';
import { planProject, type PlannedProject } from './plan-project.ts';
import { loadProject, type Project } from './project.ts';
import { withLock, type Session } from './session.ts';
import { carryOutPlan, makingTools } from './write-project.ts';

export interface RotationSettings extends ClusterOptions {
  /** Name of the authority's pair: `ca`, `svc9-client-ca`. */
  readonly name: string;
  /** Whether the person answers for it that the step before is on the cluster. */
  readonly isApplied: boolean;
}

/** A step that was taken, or would be. */
export interface Rotated extends RotationPlan {
  readonly project: Project;
  readonly authority: DesiredPair;
  /** What the Secrets and other files made of it; absent where nothing was written. */
  readonly plan?: Plan;
  readonly backups: readonly string[];
}

/** The next step in the exchange of an authority. Reads only. @throws as rotateAuthority. */
export async function planRotate(session: Session, settings: RotationSettings): Promise<Rotated> {
  const project = await loadProject(session);
  const authority = findAuthority(project, settings.name);
  const planned = planProject(session, project, false);
  const rotation = planRotation(authority, project.desired.pairs, planned.observed, session.world.now());
  refuseStuck(rotation);
  refuseUnrendered(planned);
  if (rotation.step !== 'trust-both' && !rotation.isResumed) {
    await refuseUnapplied(session, settings, { project, authority, planned });
  }
  return { project, authority, ...rotation, backups: [] };
}

/**
 * Takes the next step and renders, so that Secrets follow. Each step but the first waits for the one before it to be on the cluster: who
 * shows a certificate of the new authority must meet nobody who trusts the old one alone, nor the other way round.
 * @throws UsageError for names of no authority and for one that cannot be replaced here, NegativeAnswer where the step before is not
 * everywhere yet, ToolError where the cluster cannot be asked.
 */
export function rotateAuthority(session: Session, settings: RotationSettings): Promise<Rotated> {
  return withLock(session, 'rotate-ca', async () => {
    const rotated = await planRotate(session, settings);
    const backups = await takeStep(rotated, makingTools(session));
    const { plan, observed } = planProject(session, rotated.project, false);
    const replaced = await carryOutPlan(session, plan, observed);
    return { ...rotated, plan, backups: [...backups, ...replaced] };
  });
}

async function takeStep(rotation: RotationPlan, tools: ReturnType<typeof makingTools>): Promise<readonly string[]> {
  switch (rotation.step) {
    case 'trust-both':
      await trustBoth(rotation, tools);
      return [];
    case 'issue':
      return [...letSuccessorIssue(rotation, tools), ...(await carryOutRenewals(rotation.renewals, tools))];
    case 'drop':
      return dropFormer(rotation, tools);
  }
}

function findAuthority({ desired: { pairs } }: Project, name: string): DesiredPair {
  const authorities = pairs.filter(isAuthority);
  const found = authorities.find(({ paths }) => nameOfPair(paths) === name);
  if (found !== undefined) return found;
  const known = authorities.map(({ paths }) => nameOfPair(paths));
  if (known.length === 0) throw new UsageError('this project has no authority', { remedy: 'ingress-tls list' });
  if (pairs.some(({ paths }) => nameOfPair(paths) === name)) {
    throw new UsageError(`${name} is no authority: nothing is issued by it`, {
      remedy: `ingress-tls renew ${name} --all`,
    });
  }
  const meant = nearest(name, known);
  throw new UsageError(`no authority ${quote(name)} in this project`, {
    remedy:
      meant === undefined
        ? `There ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}.`
        : `Did you mean ${meant}?`,
  });
}

/** A run that was ended between its step and the render has left files of the step before it: they come first. */
function refuseUnrendered({ plan }: PlannedProject): void {
  const stale = plan.steps.flatMap((step) => (step.kind === 'write-made' ? [step.path] : []));
  if (stale.length === 0) return;
  throw new NegativeAnswer(`no step is taken while files do not hold what certs/ holds: ${stale.join(', ')}`, {
    remedy: 'ingress-tls render, then the same command again',
  });
}

/** Nothing is left to do here but what this program cannot do. */
function refuseStuck({ isResumed, renewals, left, order }: RotationPlan): void {
  const [first] = left;
  if (!isResumed || renewals.length > 0 || first === undefined) return;
  throw new NegativeAnswer(`the old authority in ${order.path} cannot be dropped: what it issued is still in use`, {
    details: left.map(({ certificate, reason }) => `${certificate}: ${reason}`),
    remedy: first.remedy,
  });
}

async function refuseUnapplied(
  session: Session,
  settings: RotationSettings,
  {
    project,
    authority,
    planned,
  }: { readonly project: Project; readonly authority: DesiredPair; readonly planned: PlannedProject },
): Promise<void> {
  if (settings.isApplied) return;
  const command = rotateCommand(authority.paths);
  const otherwise = `${command} --applied, where you know that it is, or where there is no cluster`;
  const tools = openCluster(session, project, settings, true);
  const look = async (): Promise<Findings> => {
    const facts = await lookUpCluster(tools, project, { readsObjects: true, command });
    const rendered = viewRendered(session, project, planned);
    return findChanges({ tools: facts.tools, rendered, facts, verifyLive: false });
  };
  const { changes, unready } = await look().catch((error: unknown) => {
    if (!(error instanceof ToolError)) throw error;
    const { message, details, remedy } = error;
    throw new ToolError(`whether the step before is on the cluster is not known: ${message}`, {
      details,
      remedy: `${remedy === undefined ? '' : `${remedy}; or `}${otherwise}`,
    });
  });
  if (changes === undefined) {
    throw new ToolError('whether the step before is on the cluster is not known: it may not be read there', {
      remedy: otherwise,
    });
  }
  const why = hasChanges(changes)
    ? 'on the cluster yet: it differs from this project'
    : unready.size > 0
      ? 'everywhere on the cluster yet: pods are still being replaced'
      : undefined;
  if (why === undefined) return;
  throw new NegativeAnswer(`the step before is not ${why}`, {
    remedy: 'ingress-tls apply, then the same command again',
  });
}
