import { escapeControls } from '../text/escape.ts';
import { breakLines, countColumns, lineWidth, padToColumns, shortenToColumns } from '../text/columns.ts';
import type { Graph, GraphCertificate, Lane, LanePath, TlsConnection } from './graph.ts';
import { formatDaysLeft, formatDay, labelConnection, labelHop, listNames } from './wording.ts';

const begin = '  client ';
const longestSegment = 30;
const longestController = 10;
const longestService = 16;

/** Where the two halves of a line lie, the same in all lanes. */
interface Layout {
  readonly controller: string;
  readonly segment: number;
}

/** Draws the graph in text, no line wider than 80 columns, for a terminal or a mail. No newline at the end. */
export function drawText(graph: Graph): string {
  const { domain, controller } = graph;
  const layout = planLayout(graph);
  const title = [
    `${domain}: where TLS begins and ends`,
    `controller ${controller.name}: ${controller.profile} in namespace ${controller.namespace}, ${controller.port}`,
  ].flatMap((line) => wrap(line, 2));
  const lanes = graph.lanes.flatMap((lane) => ['', ...drawLane(lane, layout)]);
  const key = [
    '',
    '●══● TLS begins and ends at the dots; each end shows the certificate below it',
    '───▶ not encrypted',
  ];
  return [
    ...title,
    ...(lanes.length === 0 ? ['', 'no services yet: ingress-tls add-service'] : [...lanes, ...key]),
    '',
    ...listCertificates(graph.certificates),
  ].join('\n');
}

function planLayout({ controller, lanes }: Graph): Layout {
  const name = ` ${shortenToColumns(escapeControls(controller.name), longestController)} `;
  const widest = Math.max(0, ...lanes.map((lane) => countColumns(nameService(lane))));
  const room = lineWidth - begin.length - countColumns(name) - 1 - widest;
  return { controller: name, segment: Math.min(longestSegment, Math.floor(room / 2)) };
}

function nameService({ service, replicas }: Lane): string {
  const count = replicas === undefined || replicas === 1 ? '' : ` x${replicas}`;
  return `${shortenToColumns(escapeControls(service), longestService - count.length)}${count}`;
}

function drawLane(lane: Lane, layout: Layout): readonly string[] {
  const { left, right } = drawPath(lane.path, layout.segment);
  const line = `${begin}${left.line}${layout.controller}${right.line} ${nameService(lane)}`;
  const gap = ' '.repeat(countColumns(layout.controller));
  const below = Array.from({ length: Math.max(left.below.length, right.below.length) }, (_, row) =>
    `${' '.repeat(begin.length)}${padToColumns(left.below[row] ?? '', layout.segment, left.padding)}${gap}${padToColumns(right.below[row] ?? '', layout.segment, right.padding)}`.trimEnd(),
  );
  return [...printHeading(lane), line, ...below];
}

/** The first few, and how many more. */
function shortenList(names: readonly string[]): readonly string[] {
  const shown = 3;
  return names.length <= shown ? names : [...names.slice(0, shown), `${names.length - shown} more`];
}

function printHeading({ service, mode, url, moreHosts = [] }: Lane): readonly string[] {
  return wrap([`${service}  ${mode}  ${url}`, ...shortenList(moreHosts)].join(', also '), 2);
}

/** Half of a path: the line, and the words below it, which stand under the end that shows the certificate. */
interface Half {
  readonly line: string;
  readonly below: readonly string[];
  readonly padding: 'left' | 'right';
}

function drawPath(path: LanePath, width: number): { readonly left: Half; readonly right: Half } {
  switch (path.mode) {
    case 'terminate':
      return {
        left: drawConnection(path.outer, width),
        right: { line: `${fill(['HTTP, not encrypted', 'plain HTTP'], width - 1, '─')}▶`, below: [], padding: 'right' },
      };
    case 'reencrypt':
      return {
        left: drawConnection(path.outer, width),
        right: drawConnection(path.inner, width, [
          labelHop(path.inner),
          path.inner.isVerified ? 'TLS' : 'unverified TLS',
        ]),
      };
    case 'passthrough': {
      const { server, client } = path.whole;
      return {
        left: {
          line: `●${fill([labelConnection(path.whole), client === undefined ? 'TLS' : 'mutual TLS'], width - 1, '═')}`,
          below: client === undefined ? [] : printBelow(client, width),
          padding: 'right',
        },
        right: {
          line: `${fill(['passed on unopened', 'passed on'], width - 1, '═')}●`,
          below: printBelow(server, width),
          padding: 'left',
        },
      };
    }
  }
}

function drawConnection(
  connection: TlsConnection,
  width: number,
  labels: readonly string[] = [labelConnection(connection)],
): Half {
  return { line: `●${fill(labels, width - 2, '═')}●`, below: printBelow(connection.server, width), padding: 'left' };
}

/** A line with the first label that it has room for in its middle. */
function fill(labels: readonly string[], width: number, stroke: string): string {
  const label = labels.find((text) => text.length + 4 <= width);
  if (label === undefined) return stroke.repeat(width);
  const before = Math.floor((width - label.length - 2) / 2);
  return `${stroke.repeat(before)} ${label} ${stroke.repeat(width - label.length - 2 - before)}`;
}

function printBelow({ path, problems }: GraphCertificate, width: number): readonly string[] {
  return [path, ...problems.map((problem) => `!! ${problem}`)].map((text) =>
    shortenToColumns(escapeControls(text), width),
  );
}

const widestPath = 36;
const nameIndent = 4;

/** A table as `list` prints it, with the names and everything that is wrong below each row. */
function listCertificates(certificates: readonly GraphCertificate[]): readonly string[] {
  const paths = certificates
    .map(({ path }) => countColumns(escapeControls(path)))
    .filter((width) => width <= widestPath);
  const widestLeft = Math.max(9, ...certificates.map((certificate) => formatDaysLeft(certificate).length));
  const layRow = (path: string, ...[expires, left, issuer]: readonly [string, string, string]): string => {
    const cells = [padToColumns(path, Math.max(...paths, 11), 'right'), expires.padEnd(10), left.padEnd(widestLeft)];
    const begin = cells.join('  ');
    return `${begin}  ${shortenToColumns(escapeControls(issuer), lineWidth - countColumns(begin) - 2)}`.trimEnd();
  };
  const rows = certificates.flatMap((certificate) => {
    const { expires, issuer, isAuthority, names, problems } = certificate;
    const cells = [
      expires === undefined ? '!! missing' : formatDay(expires),
      formatDaysLeft(certificate),
      `${issuer}${isAuthority ? ' (authority)' : ''}`,
    ] as const;
    const path = escapeControls(certificate.path);
    const row = countColumns(path) <= widestPath ? [layRow(path, ...cells)] : [...wrap(path, 0), layRow('', ...cells)];
    const notes = [
      ...problems.filter((problem) => problem !== 'missing').map((problem) => `!! ${problem}`),
      ...(names.length === 0 ? [] : [listNames(names)]),
    ];
    return [...row, ...notes.flatMap((note) => indent(note))];
  });
  return [layRow('CERTIFICATE', 'EXPIRES', 'LEFT', 'ISSUED BY'), ...rows];
}

function indent(text: string): readonly string[] {
  return breakLines(escapeControls(text), lineWidth - nameIndent, { splitsWords: true }).map(
    (line) => `${' '.repeat(nameIndent)}${line}`,
  );
}

function wrap(text: string, indent: number): readonly string[] {
  return breakLines(escapeControls(text), lineWidth - indent, { splitsWords: true }).map((line, index) =>
    `${index === 0 ? '' : ' '.repeat(indent)}${line}`.trimEnd(),
  );
}
