import { carryOut } from '../effects/carry-out.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { places } from '../plan/places.ts';
import type { Session } from './session.ts';

/** Carries out a plan of the project folder; edited files are kept. Returns the backups of those replaced by force. */
export async function carryOutPlan({ world, files, report }: Session, plan: Plan, observed: Observed): Promise<readonly string[]> {
  const keys = plan.steps.filter((step) => step.kind === 'make-key');
  if (keys.length > 30 && keys.some(({ keyType }) => keyType === 'rsa-2048')) {
    report.message(`Making ${keys.length} RSA keys: this takes a while. With keyType: ecdsa-p256 it takes a moment.`);
  }
  const now = world.now();
  const backupFolder = `${places.backup}/${now.toISOString().replaceAll(':', '-')}`;
  return (await carryOut(plan, observed, { files, now, randomBytes: world.randomBytes, backupFolder })).backups;
}
