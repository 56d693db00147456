import { renderProject } from '../../app/edit-project.ts';
import { reportNoticesBriefly } from '../output/notices.ts';
import { closeRender, reportRender } from '../output/report-render.ts';
import type { CommandSession } from '../session.ts';

export interface RenderOptions {
  readonly force?: boolean;
}

/** Generates all files from ingress-tls.yaml. Exit 1 when edited files were kept. */
export async function render(session: CommandSession, { force = false }: RenderOptions): Promise<number> {
  const written = await renderProject(session, force);
  reportRender(session, written);
  const { plan, project, news } = written;
  // Where nothing was to be written, the file is as it was when they were said. What is wrong with certificates is said each time.
  const isRepeated = plan.conflicts.length === 0 && plan.steps.every(({ kind }) => kind === 'make-directory');
  reportNoticesBriefly(session.report, news, isRepeated ? project.desired.notices.map(({ code }) => code) : []);
  return closeRender(session, plan);
}
