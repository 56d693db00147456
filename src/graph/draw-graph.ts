import type { Graph } from './graph.ts';
import { drawHtml } from './html.ts';
import { drawMermaid } from './mermaid.ts';
import { drawSvg } from './svg.ts';
import { drawText } from './text.ts';

const drawers = { text: drawText, mermaid: drawMermaid, svg: drawSvg, html: drawHtml } as const;

export type GraphFormat = keyof typeof drawers;

/** Draws the graph in a format; the text has no newline at its end. */
export function drawGraph(graph: Graph, format: GraphFormat): string {
  return drawers[format](graph);
}
