import { escapeControls } from '../text/escape.ts';
import type { Graph, GraphCertificate, Lane, LanePath } from './graph.ts';
import { formatExpiry, labelConnection, labelHop, tellPods } from './wording.ts';
import { shortenToColumns } from '../text/columns.ts';

/** Longest line of a label, in characters; wider boxes push the picture out of the page. */
const longestLine = 48;

/**
 * Draws the graph as a flowchart of mermaid, as GitHub renders it in a ```mermaid block. No newline at the end.
 *
 * Names stand only in quoted labels, never as ids, and each label begins with a word of ours. Colours are those that can
 * be read on GitHub's light and dark pages. No line with a label has a colon or a semicolon of its own: mermaid@11
 * packages/mermaid/src/utils.ts (encodeEntities) looks for `style...:...#...;` in every line.
 */
export function drawMermaid({ controller, lanes }: Graph): string {
  const nodes = lanes.map((lane, index) => `    c${index}["${label('host', lane.host)}<br/>${printMode(lane.path)}"]`);
  const paths = lanes.flatMap(drawLane);
  const broken = lanes.flatMap(({ path }, index) => findBroken(path, index));
  return [
    'flowchart LR',
    '  accTitle: Where TLS begins and ends',
    '  client(["client"])',
    `  subgraph controller["${label('controller', controller.name)}<br/>${label('profile', controller.profile)}<br/>${controller.port}"]`,
    ...(lanes.length === 0 ? ['    nothing["no services yet"]'] : nodes),
    '  end',
    ...paths,
    ...(broken.length === 0
      ? []
      : ['  classDef broken stroke:#d1242f,stroke-width:3px', `  class ${broken.join(',')} broken`]),
  ].join('\n');
}

function printMode(path: LanePath): string {
  switch (path.mode) {
    case 'terminate':
      return 'terminate, TLS ends here';
    case 'reencrypt':
      return 'reencrypt, TLS ends and begins again';
    case 'passthrough':
      return 'passthrough, passed on unopened';
  }
}

function drawLane(lane: Lane, index: number): readonly string[] {
  const { service, path } = lane;
  const target = `s${index}["${label('service', service)}<br/>${tellPods(lane)}"]`;
  switch (path.mode) {
    case 'terminate':
      return [
        `  client ==>|"TLS<br/>${show(path.outer.server)}"| c${index}`,
        `  c${index} -.->|"HTTP, not encrypted"| ${target}`,
      ];
    case 'reencrypt':
      return [
        `  client ==>|"TLS<br/>${show(path.outer.server)}"| c${index}`,
        `  c${index} ==>|"${labelHop(path.inner)}<br/>${show(path.inner.server)}"| ${target}`,
      ];
    case 'passthrough': {
      const { client, server } = path.whole;
      const shown = client === undefined ? '' : `<br/>client shows ${printFile(client)}`;
      return [
        `  client ==>|"${labelConnection(path.whole)}${shown}"| c${index}`,
        `  c${index} ==>|"the same TLS<br/>${show(server)}"| ${target}`,
      ];
    }
  }
}

function show(certificate: GraphCertificate): string {
  return `shows ${printFile(certificate)}`;
}

function printFile(certificate: GraphCertificate): string {
  const state = [formatExpiry(certificate), ...certificate.problems.map((problem) => `PROBLEM ${problem}`)].filter(
    (line) => line !== undefined,
  );
  return [certificate.path, ...state].map(escapeLabel).join('<br/>');
}

/** The nodes of a lane in which a certificate with a problem is shown. */
function findBroken(path: LanePath, index: number): readonly string[] {
  const hasProblem = (certificate: GraphCertificate | undefined): boolean =>
    certificate !== undefined && certificate.problems.length > 0;
  const isControllerBroken = path.mode !== 'passthrough' && hasProblem(path.outer.server);
  const isServiceBroken =
    path.mode === 'reencrypt'
      ? hasProblem(path.inner.server) || hasProblem(path.inner.client)
      : path.mode === 'passthrough' && (hasProblem(path.whole.server) || hasProblem(path.whole.client));
  return [...(isControllerBroken ? [`c${index}`] : []), ...(isServiceBroken ? [`s${index}`] : [])];
}

function label(title: string, name: string): string {
  return `${title} ${escapeLabel(name)}`;
}

/**
 * Text for a quoted label. All that is more than a plain letter becomes an entity code (mermaid docs/syntax/flowchart.md):
 * mermaid reads labels as Markdown, in which a URL or `www.` is an error (mermaid-js/mermaid#6385), and its lexer finds
 * `direction LR` in any line.
 */
function escapeLabel(text: string): string {
  return shortenToColumns(escapeControls(text), longestLine)
    .replace(/[^A-Za-z0-9 ./-]/gu, (character) => `#${String(character.codePointAt(0))};`)
    .replace(/www\./gi, (found) => found.replace('.', '#46;'))
    .replace(/direction /gi, (found) => found.replace(' ', '#32;'));
}
