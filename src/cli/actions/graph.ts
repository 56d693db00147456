import { graphProject } from '../../app/graph.ts';
import { exitCodes } from '../../errors.ts';
import { drawGraph, type GraphFormat } from '../../graph/draw-graph.ts';
import type { CommandSession } from '../session.ts';

export interface GraphOptions {
  readonly format: GraphFormat;
}

/** Draws the project. */
export async function graph(session: CommandSession, { format }: GraphOptions): Promise<number> {
  const { description, errors } = await graphProject(session);
  session.report.result(drawGraph(description, format));
  for (const notice of errors) session.report.notice(notice);
  return exitCodes.done;
}
