import { carryOut, type CarryOutTools } from '../world/files/carry-out.ts';
import { ToolError } from '../errors.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { places } from '../project/places.ts';
import type { PlannedProject } from './plan-project.ts';
import type { Project } from './project.ts';
import type { Session } from './session.ts';

/**
 * Carries out the plan of a project whose ingress-tls.yaml is new or changed, and writes that file last: a run that ends half-way has
 * not changed what is asked for, so that the same command does the rest. Returns the backups of those replaced by force.
 * @param before the text that the change was made of; undefined: there was no file.
 * @throws ToolError when somebody saved the file meanwhile; it is not written over.
 */
export async function writeChangedProject(
  session: Session,
  before: string | undefined,
  { text }: Project,
  { plan, observed }: PlannedProject,
): Promise<readonly string[]> {
  const backups = await carryOutPlan(session, plan, observed);
  if (session.files.readText(places.config) !== before) {
    throw new ToolError(`${places.config} was changed by somebody else meanwhile and is left as it is`, {
      remedy: 'Run the same command again.',
    });
  }
  session.files.writeAtomic(places.config, text, { mode: 0o644, durable: true });
  return backups;
}

/** Carries out a plan of the project folder; edited files are kept. Returns the backups of those replaced by force. */
export async function carryOutPlan(
  { world, files, listener }: Session,
  plan: Plan,
  observed: Observed,
): Promise<readonly string[]> {
  const slow = plan.steps.filter((step) => step.kind === 'make-key' && step.keyType === 'rsa-2048');
  if (slow.length > 30) {
    listener.message(`Making ${slow.length} RSA keys: this takes a while. With keyType: ecdsa-p256 it takes a moment.`);
  }
  return (await carryOut(plan, observed, makingTools({ world, files }))).backups;
}

/** What makes keys and certificates, and where copies of what they replace go. */
export function makingTools({ world, files }: Pick<Session, 'world' | 'files'>): CarryOutTools {
  const now = world.now();
  const backupFolder = `${places.backup}/${now.toISOString().replaceAll(':', '-')}`;
  return { files, now, randomBytes: world.randomBytes, backupFolder };
}
