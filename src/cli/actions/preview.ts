import { preview as servePreview, type PreviewSettings } from '../../app/preview/preview.ts';
import { exitCodes } from '../../errors.ts';
import { createPreviewReport } from '../output/preview-report.ts';
import type { CommandSession } from '../session.ts';

/** Serves the project on this machine until it is told to stop. */
export async function preview(session: CommandSession, settings: PreviewSettings): Promise<number> {
  await servePreview(session, settings, createPreviewReport(session));
  return exitCodes.done;
}
