import { removeService } from '../../config/edit.ts';
import { places } from '../../project/places.ts';
import { describe, loadProject, planProject } from '../../app/project.ts';
import { closeRender, reportRender } from '../output/report-render.ts';
import { refuseUnknownService } from '../../app/select-services.ts';
import { withLock } from '../../app/session.ts';
import type { CommandSession } from '../session.ts';
import { writeChangedProject } from '../../app/write-project.ts';

export interface RemoveServiceOptions {
  readonly name: string;
}

/** Takes a service out of ingress-tls.yaml and removes its generated files. Keys and certificates are never deleted. */
export async function removeServiceFromProject(session: CommandSession, options: RemoveServiceOptions): Promise<number> {
  return withLock(session, 'remove-service', async () => {
    const before = loadProject(session);
    refuseUnknownService(before, [options.name]);
    const project = describe(removeService(before.text, places.config, options.name));
    const planned = planProject(session, project, false);
    const { plan } = planned;
    const backups = await writeChangedProject(session, before.text, project, planned);
    reportRender(session, plan, backups);
    const wanted = new Set(project.desired.pairs.map(({ paths }) => paths.certificate));
    const kept = before.desired.pairs.map(({ paths }) => paths).filter(({ certificate }) => !wanted.has(certificate));
    if (kept.length > 0) {
      session.report.message(`Kept ${kept.map(({ certificate, key }) => `${certificate} and ${key}`).join(', ')}: delete them yourself when nothing needs them.`);
    }
    session.report.message(`Removed ${options.name}. What runs of it on a cluster is removed by apply --prune.`);
    return closeRender(session, plan, 'ingress-tls apply --prune --dry-run');
  });
}
