import { UsageError } from '../errors.ts';
import type { Plan } from '../model/plan.ts';
import { nameOfPair, places } from '../project/places.ts';
import { planRenewals, type RenewalPlan, type RenewalWish } from '../project/renewals.ts';
import { nearest } from '../text/nearest.ts';
import { quote } from '../text/escape.ts';
import { carryOutRenewals } from '../world/files/carry-out-renewals.ts';
import { lookAtFolder, planProject } from './plan-project.ts';
import { loadProject, type Project } from './project.ts';
import { withLock, type Session } from './session.ts';
import { carryOutPlan, makingTools } from './write-project.ts';

/** What was renewed, or would be. */
export interface Renewed extends RenewalPlan {
  readonly project: Project;
  /** What the Secrets and other files made of it; absent where nothing was renewed. */
  readonly plan?: Plan;
  readonly backups: readonly string[];
  readonly now: Date;
}

/** What would be renewed. Reads only. @throws as renewProject. */
export async function planRenew(session: Session, wish: RenewalWish): Promise<Renewed> {
  const project = await loadProject(session);
  refuseUnknown(project, wish);
  const now = session.world.now();
  const found = planRenewals(project.desired.pairs, lookAtFolder(session, project), wish, now);
  planProject(session, withoutNames(project, found), false);
  refuseLeft(found, wish);
  return { project, ...found, backups: [], now };
}

/**
 * Renews certificates and renders, so that Secrets follow. Whatever can be refused is refused before anything is written.
 * @throws UsageError for names of no certificates, and for one that is named and cannot be renewed.
 */
export function renewProject(session: Session, wish: RenewalWish): Promise<Renewed> {
  return withLock(session, 'renew', async () => {
    const planned = await planRenew(session, wish);
    if (planned.renewals.length === 0) return planned;
    const kept = await carryOutRenewals(planned.renewals, makingTools(session));
    const { plan, observed } = planProject(session, planned.project, false);
    const backups = await carryOutPlan(session, plan, observed);
    return { ...planned, plan, backups: [...kept, ...backups] };
  });
}

/** A certificate that is made anew has the names of today: those of the old one do not matter any more. */
function withoutNames(project: Project, { renewals }: RenewalPlan): Project {
  const { desired } = project;
  const renewed = new Set(renewals.map(({ path }) => path));
  const pairs = desired.pairs.map((pair) =>
    renewed.has(pair.paths.certificate) ? { ...pair, requiredNames: [] } : pair,
  );
  return { ...project, desired: { ...desired, pairs } };
}

/** @throws UsageError for a name that no certificate of the project has. */
export function refuseUnknown({ desired: { pairs, services } }: Project, { names }: Pick<RenewalWish, 'names'>): void {
  const known = pairs.map(({ paths }) => nameOfPair(paths));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  if (services.some(({ name }) => name === unknown)) {
    throw new UsageError(`${unknown} has no certificate of its own`, {
      remedy: 'ingress-tls list',
    });
  }
  const meant = nearest(unknown.replace(/\.(?:crt|key|pem)$/, ''), known);
  throw new UsageError(`no certificate ${quote(unknown)} in this project`, {
    remedy: meant === undefined ? 'ingress-tls list' : `Did you mean ${meant}? ingress-tls list shows all of them.`,
  });
}

/** Of those that nobody named the others are renewed all the same. */
function refuseLeft({ left }: RenewalPlan, { names }: RenewalWish): void {
  const [first] = left;
  if (names.length === 0 || first === undefined) return;
  throw new UsageError('nothing was renewed: see above', {
    details: left.map(({ certificate, reason }) => `${certificate}: ${reason}`),
    remedy: first.remedy,
  });
}

/** A name as it may be typed: certs/svc9.crt is svc9. */
export function parsePairName(text: string): string {
  return text.startsWith(`${places.certificates}/`) ? nameOfPair({ certificate: text, key: '' }) : text;
}
