import type { RenderOptions } from '../commands/render.ts';
import { reportNotices, selectNewNotices } from '../notices.ts';
import { loadProject, planProject } from '../project.ts';
import { closeRender, reportRender } from '../report-render.ts';
import { withLock, type Session } from '../session.ts';
import { carryOutPlan } from '../write-project.ts';

/** Generates all files from ingress-tls.yaml. */
export async function render(session: Session, options: RenderOptions): Promise<number> {
  return withLock(session, 'render', async () => {
    const project = loadProject(session);
    const { plan, observed } = planProject(session, project, options.force === true);
    const backups = await carryOutPlan(session, plan, observed);
    reportRender(session, plan, backups, options.json === true);
    // What the controller cannot do was said when it was chosen; what is new is the state of the certificates.
    reportNotices(session.report, selectNewNotices(project.desired.notices, plan.notices), ['warning']);
    return closeRender(session, plan);
  });
}
