import { countColumns, padToColumns, shortenToColumns } from '../../text/columns.ts';
import { escapeControls } from '../../text/escape.ts';
import type { Difference } from '../../model/changes.ts';
import type { CertificateStatus, RouteStatus, ServiceStatus } from '../../model/status.ts';
import { abbreviateDifference } from '../../cluster/difference-text.ts';
import type { OutputStream } from '../../world/world.ts';
import type { Style } from './style.ts';
import { terminalSize } from './terminal-size.ts';

export interface StatusOutput {
  readonly stream: OutputStream;
  readonly style: Style;
}

interface Cell {
  readonly text: string;
  readonly color?: Exclude<keyof Style, 'strong'>;
}

const titles = ['NAME', 'MODE', 'RELEASE', 'PODS', 'ROUTE', 'CERT', 'DRIFT'] as const;

/**
 * What gives way where a terminal is too narrow, in this order, and how narrow a column may become: each is told in full below
 * the table or by --json.
 */
const shrinking: readonly (readonly [column: (typeof titles)[number], least: number])[] = [
  ['DRIFT', 8],
  ['NAME', 16],
  ['ROUTE', 7],
  ['RELEASE', 10],
  ['DRIFT', 5],
  ['NAME', 8],
];

const gap = 2;

/** One line for each service, as wide as the terminal at most; elsewhere whole, for grep. */
export function printStatusTable(
  services: readonly ServiceStatus[],
  { stream, style }: StatusOutput,
): readonly string[] {
  const rows = services.map(buildRow);
  const shownTitles = titles.map((title) => (title === 'ROUTE' ? nameRoutes(services) : title));
  const natural = shownTitles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => countColumns(row[column]?.text ?? ''))),
  );
  const widths = stream.isTTY ? fit(natural, terminalSize(stream).columns) : natural;
  const print = (cells: readonly Cell[]): string =>
    cells
      .map((cell, column) => printCell(cell, widths[column] ?? 0, column === cells.length - 1, style))
      .join(' '.repeat(gap))
      .trimEnd();
  return [print(shownTitles.map((text) => ({ text }))), ...rows.map(print)];
}

/** `INGRESS` where all routes are Ingresses. */
function nameRoutes(services: readonly ServiceStatus[]): string {
  const [kind, ...others] = new Set(services.map(({ route }) => route.kind));
  return kind === undefined || others.length > 0 ? 'ROUTE' : kind.toUpperCase();
}

function fit(natural: readonly number[], columns: number): readonly number[] {
  const widths = [...natural];
  const excess = (): number => widths.reduce((sum, width) => sum + width, gap * (widths.length - 1)) - columns;
  for (const [title, least] of shrinking) {
    const column = titles.indexOf(title);
    const width = widths[column] ?? 0;
    if (excess() > 0 && width > least) widths[column] = Math.max(least, width - excess());
  }
  return widths;
}

function printCell({ text, color }: Cell, width: number, isLast: boolean, style: Style): string {
  const cut = shortenToColumns(text, width, '..');
  const painted = color === undefined ? cut : style[color](cut);
  return isLast ? painted : padToColumns(painted, width, 'right');
}

function buildRow({ name, mode, backend, release, pods, route, certificate, drift }: ServiceStatus): readonly Cell[] {
  return [
    { text: name },
    { text: mode },
    release.status === null
      ? { text: 'none', color: 'error' }
      : {
          text: escapeControls(`${release.status} ${release.revision ?? ''}`),
          ...(release.status === 'deployed' ? {} : { color: 'error' as const }),
        },
    pods === null
      ? backend === 'existing'
        ? { text: '-', color: 'faint' }
        : { text: 'none', color: 'error' }
      : {
          text: `${pods.ready}/${pods.wanted}`,
          ...(pods.rolledOut ? {} : { color: pods.ready < pods.wanted ? ('error' as const) : ('warning' as const) }),
        },
    formatRoute(route),
    certificate === null ? { text: '-', color: 'faint' } : formatCertificate(certificate),
    drift.length === 0 ? { text: '-', color: 'faint' } : { text: formatDrift(drift), color: 'warning' },
  ];
}

function formatRoute({ state, className, controller }: RouteStatus): Cell {
  switch (state) {
    case 'admitted':
      return { text: className ?? 'admitted' };
    case 'stopped':
      return { text: `${className ?? ''} (down)`.trim(), color: 'error' };
    case 'foreign':
      return { text: `of ${controller ?? className ?? 'another'}`, color: 'error' };
    case 'unknown':
      return { text: state, color: 'warning' };
    case 'ignored':
    case 'missing':
      return { text: state, color: 'error' };
  }
}

function formatCertificate({ state, daysLeft }: CertificateStatus): Cell {
  switch (state) {
    case 'valid':
      return { text: `${daysLeft ?? 0} d` };
    case 'expiring':
      return { text: `${daysLeft ?? 0} d`, color: 'warning' };
    case 'not-yet-valid':
      return { text: 'not yet', color: 'error' };
    case 'expired':
    case 'unreadable':
    case 'missing':
      return { text: state, color: 'error' };
  }
}

/** The first in a word or two; names are those of the service, and the lines below the table tell all. */
function formatDrift(drift: readonly Difference[]): string {
  const [first = '', ...others] = drift.map(abbreviateDifference);
  return escapeControls(others.length === 0 ? first : `${first} +${others.length}`);
}
