import { removeFromProject } from '../../app/edit-project.ts';
import { closeRender, reportRender } from '../output/report-render.ts';
import type { CommandSession } from '../session.ts';

export interface RemoveServiceOptions {
  readonly name: string;
}

/** Takes a service out of the project. Exit 1 when edited files were kept. */
export async function removeServiceFromProject(
  session: CommandSession,
  { name }: RemoveServiceOptions,
): Promise<number> {
  const written = await removeFromProject(session, name);
  const { unneeded, plan } = written;
  reportRender(session, written);
  if (unneeded.length > 0) {
    session.report.message(
      `Kept ${unneeded.map(({ certificate, key }) => `${certificate} and ${key}`).join(', ')}: delete them yourself when nothing needs them.`,
    );
  }
  session.report.message(`Removed ${name}. What runs of it on a cluster is removed by apply --prune.`);
  return closeRender(session, plan, 'ingress-tls apply --prune --dry-run');
}
