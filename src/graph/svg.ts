import type { Graph, Lane } from './graph.ts';
import { escapeMarkup } from './markup.ts';
import { pictureStyle } from './picture-style.ts';
import { drawLane, laneHeight } from './svg-lane.ts';
import { columns, drawBox, drawPlain, drawTls, drawWords } from './svg-shapes.ts';
import { tellLane } from './wording.ts';

const headTop = 56;
const headHeight = 76;
const keyHeight = 52;

/**
 * Draws the graph as an SVG file that needs nothing else and has its own background, for light and dark pages alike. No newline
 * at the end.
 */
export function drawSvg(graph: Graph): string {
  return drawPicture(graph, graph.lanes, { id: 'graph', style: pictureStyle });
}

/**
 * Draws some lanes of the graph.
 *
 * @param options.id prefix of ids, different for each picture of a page.
 * @param options.style absent: the page brings `pictureStyle`.
 */
export function drawPicture(
  graph: Graph,
  lanes: readonly Lane[],
  options: { readonly id: string; readonly style?: string },
): string {
  const { domain, controller } = graph;
  const boxHeight = headHeight + Math.max(1, lanes.length) * laneHeight;
  const height = headTop + boxHeight + keyHeight;
  const title = `Where TLS begins and ends: ${domain}`;
  const words = lanes.map((lane) => tellLane(lane, controller.name));
  const { id, style } = options;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${columns.width} ${height}" width="${columns.width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-words">`,
    `<title id="${id}-title">${escapeMarkup(title)}</title>`,
    `<desc id="${id}-words">${escapeMarkup(words.join(' ') || 'No services yet.')}</desc>`,
    ...(style === undefined ? [] : [`<style>\n${style}\n</style>`]),
    `<rect class="paper" width="${columns.width}" height="${height}" rx="8"/>`,
    drawWords(columns.client[0], 36, title, { style: 'title', most: 76 }),
    drawHeads(graph, boxHeight),
    ...(lanes.length === 0
      ? [
          drawWords(columns.controller[1] + 24, headTop + headHeight + 40, 'no services yet', {
            style: 'faint',
            most: 40,
          }),
        ]
      : lanes.map((lane, index) => drawLane(lane, headTop + headHeight + index * laneHeight))),
    drawKey(height - 22),
    '</svg>',
  ].join('\n');
}

function drawHeads({ controller }: Graph, height: number): string {
  const middle = ([left, right]: readonly [number, number]): number => (left + right) / 2;
  const head = (column: readonly [number, number], y: number, words: string, style: string): string =>
    drawWords(middle(column), y, words, { anchor: 'middle', style, most: 22 });
  return [
    drawBox(columns.client, headTop, height),
    drawBox(columns.controller, headTop, height),
    head(columns.client, headTop + 26, 'client', 'strong'),
    head(columns.controller, headTop + 26, controller.name, 'strong'),
    head(columns.controller, headTop + 44, controller.profile, 'small faint'),
    head(columns.controller, headTop + 61, controller.port, 'small faint'),
    head(columns.service, headTop + 26, 'services', 'strong'),
  ].join('\n');
}

function drawKey(y: number): string {
  return [
    drawTls(31, 93, y - 4, false),
    drawWords(112, y, 'TLS begins and ends at the dots; each end shows the certificate below it', {
      style: 'small faint',
      most: 90,
    }),
    drawPlain(columns.controller[1], columns.controller[1] + 70, y - 4),
    drawWords(columns.controller[1] + 82, y, 'not encrypted', { style: 'small faint', most: 40 }),
  ].join('\n');
}
