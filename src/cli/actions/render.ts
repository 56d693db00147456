import { reportNotices, selectNewNotices } from '../output/notices.ts';
import { loadProject, planProject } from '../../app/project.ts';
import { closeRender, reportRender } from '../output/report-render.ts';
import { withLock } from '../../app/session.ts';
import type { CommandSession } from '../session.ts';
import { carryOutPlan } from '../../app/write-project.ts';

export interface RenderOptions {
  readonly force?: boolean;
}

/** Generates all files from ingress-tls.yaml. */
export async function render(session: CommandSession, options: RenderOptions): Promise<number> {
  return withLock(session, 'render', async () => {
    const project = loadProject(session);
    const { plan, observed } = planProject(session, project, options.force === true);
    const backups = await carryOutPlan(session, plan, observed);
    reportRender(session, plan, backups);
    // What the controller cannot do was said when it was chosen; what is new is the state of the certificates.
    reportNotices(session.report, selectNewNotices(project.desired.notices, plan.notices), ['warning']);
    return closeRender(session, plan);
  });
}
