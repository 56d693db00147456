import { removeService } from '../../config/edit.ts';
import { places } from '../../plan/places.ts';
import type { RemoveServiceOptions } from '../commands/remove-service.ts';
import { describe, loadProject, planProject } from '../project.ts';
import { closeRender, reportRender } from '../report-render.ts';
import { refuseUnknownService } from '../select-services.ts';
import { withLock, type Session } from '../session.ts';
import { writeChangedProject } from '../write-project.ts';

/** Takes a service out of ingress-tls.yaml and removes its generated files. Keys and certificates are never deleted. */
export async function removeServiceFromProject(session: Session, options: RemoveServiceOptions): Promise<number> {
  return withLock(session, 'remove-service', async () => {
    const before = loadProject(session);
    refuseUnknownService(before, [options.name]);
    const project = describe(removeService(before.text, places.config, options.name));
    const planned = planProject(session, project, false);
    const { plan } = planned;
    const backups = await writeChangedProject(session, before.text, project, planned);
    reportRender(session, plan, backups, options.json === true);
    const wanted = new Set(project.desired.pairs.map(({ paths }) => paths.certificate));
    const kept = before.desired.pairs.map(({ paths }) => paths).filter(({ certificate }) => !wanted.has(certificate));
    if (kept.length > 0) {
      session.report.message(`Kept ${kept.map(({ certificate, key }) => `${certificate} and ${key}`).join(', ')}: delete them yourself when nothing needs them.`);
    }
    session.report.message(`Removed ${options.name}. What runs of it on a cluster is removed by apply --prune.`);
    return closeRender(session, plan, 'ingress-tls apply --prune --dry-run');
  });
}
