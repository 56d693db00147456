import { renderProject } from '../../app/edit-project.ts';
import { reportNotices } from '../output/notices.ts';
import { closeRender, reportRender } from '../output/report-render.ts';
import type { CommandSession } from '../session.ts';

export interface RenderOptions {
  readonly force?: boolean;
}

/** Generates all files from ingress-tls.yaml. Exit 1 when edited files were kept. */
export async function render(session: CommandSession, { force = false }: RenderOptions): Promise<number> {
  const written = await renderProject(session, force);
  reportRender(session, written);
  reportNotices(session.report, written.news, ['warning']);
  return closeRender(session, written.plan);
}
