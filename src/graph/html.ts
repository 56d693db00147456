import type { Graph, GraphCertificate, Lane } from './graph.ts';
import { escapeMarkup } from './markup.ts';
import { pageColors, pictureStyle } from './picture-style.ts';
import { drawPicture } from './svg.ts';
import { tellPods, formatDaysLeft, formatDay, listNames } from './wording.ts';

/** Lanes of one picture: as many as a printed page holds with a heading. */
const lanesOfPicture = 6;

const { light, dark } = pageColors;
const pageStyle = `body{max-width:960px;margin:2rem auto;padding:0 1rem;font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif;background:${light.background};color:${light.ink}}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}
figure{margin:1rem 0;overflow-x:auto;break-inside:avoid}
figure svg{max-width:none}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid ${light.border};overflow-wrap:anywhere}
tr{break-inside:avoid}
.problem{font-weight:600;color:${light.problem}}
@media screen and (prefers-color-scheme:dark){body{background:${dark.background};color:${dark.ink}}th,td{border-color:${dark.border}}.problem{color:${dark.problem}}}
@media print{body{margin:0;max-width:none}figure{overflow:visible}figure svg{width:100%;height:auto}.scroll{overflow:visible}}`;

/**
 * Draws the graph as a page that needs nothing else: no script, no link, nothing loaded. The tables hold in full what the
 * picture shortens. Well-formed as XML too. No newline at the end.
 */
export function drawHtml(graph: Graph): string {
  const { domain, controller } = graph;
  const title = `Where TLS begins and ends: ${domain}`;
  return [
    '<!DOCTYPE html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8"/>',
    '<meta name="viewport" content="width=device-width, initial-scale=1"/>',
    // Whatever a name might smuggle in would still load and run nothing.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>`,
    '<meta name="color-scheme" content="light dark"/>',
    `<title>${escapeMarkup(title)}</title>`,
    `<style>\n${pictureStyle}\n${pageStyle}\n</style>`,
    '</head>',
    '<body>',
    `<h1>${escapeMarkup(title)}</h1>`,
    `<p>${escapeMarkup(`Controller ${controller.name} (${controller.profile}) in namespace ${controller.namespace}, ${controller.port}.`)}</p>`,
    ...splitLanes(graph.lanes).map(
      (lanes, index) => `<figure>\n${drawPicture(graph, lanes, { id: `graph${index + 1}` })}\n</figure>`,
    ),
    ...(graph.lanes.length === 0
      ? []
      : ['<h2>Services</h2>', drawTable(['Service', 'Mode', 'URL', 'Pods'], graph.lanes.map(printService))]),
    '<h2>Certificates</h2>',
    drawTable(['File', 'Expires', 'Left', 'Names', 'Issued by'], graph.certificates.map(printCertificate)),
    '</body>',
    '</html>',
  ].join('\n');
}

function splitLanes(lanes: readonly Lane[]): readonly (readonly Lane[])[] {
  const count = Math.max(1, Math.ceil(lanes.length / lanesOfPicture));
  return Array.from({ length: count }, (_, index) => lanes.slice(index * lanesOfPicture, (index + 1) * lanesOfPicture));
}

function printService(lane: Lane): readonly string[] {
  return [lane.service, lane.mode, lane.url, tellPods(lane)].map(escapeMarkup);
}

function printCertificate(certificate: GraphCertificate): readonly string[] {
  const { path, expires, names, isAuthority, issuer, problems } = certificate;
  const marks = problems.map((problem) => `<br/><span class="problem">! ${escapeMarkup(problem)}</span>`).join('');
  return [
    `${escapeMarkup(path)}${marks}`,
    expires === undefined ? '' : formatDay(expires),
    formatDaysLeft(certificate),
    escapeMarkup(isAuthority ? 'authority' : listNames(names)),
    escapeMarkup(issuer),
  ];
}

/** @param rows cells of markup. */
function drawTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], name: 'td' | 'th'): string =>
    `<tr>${cells.map((cell) => `<${name}${name === 'th' ? ' scope="col"' : ''}>${cell}</${name}>`).join('')}</tr>`;
  return [
    '<div class="scroll">',
    '<table>',
    `<thead>${row(header, 'th')}</thead>`,
    '<tbody>',
    ...rows.map((cells) => row(cells, 'td')),
    '</tbody>',
    '</table>',
    '</div>',
  ].join('\n');
}
