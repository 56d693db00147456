import { stripVTControlCharacters } from 'node:util';
import { shortenToColumns } from '../../text/columns.ts';
import type { StatusScreen } from '../../app/status/status.ts';
import type { KnownError } from '../../errors.ts';
import type { Status } from '../../model/status.ts';
import { makeHarmless } from './harmless-text.ts';
import { printJson } from './print-json.ts';
import type { CommandSession } from '../session.ts';
import { printStatus } from './status-report.ts';
import { statusToJson } from './status-document.ts';
import { terminalSize } from './terminal-size.ts';

/** Chooses how to show: redrawn in place on a terminal, elsewhere a block, or a line of JSON, for each change. */
export function createScreen(session: CommandSession, interval: number): StatusScreen {
  if (session.report.format === 'json') return createJsonScreen(session);
  const { stdout, environment } = session.world;
  return stdout.isTTY && environment['TERM'] !== 'dumb'
    ? createDrawnScreen(session, interval)
    : createBlockScreen(session);
}

/**
 * One document on a line for each change: a status, or `error` while the cluster does not answer. A look without news writes a space,
 * which may stand before any document: only a write tells that the reader has gone away (`| head -1`).
 */
function createJsonScreen({ report, world }: CommandSession): StatusScreen {
  const tell = createNews<object>({
    identify: JSON.stringify,
    tell: (facts) => {
      report.result(printJson({ time: world.now().toISOString(), ...facts }));
    },
    repeat: () => {
      if (!world.stdout.isTTY) world.stdout.write(' ');
    },
  });
  return {
    show: (status) => {
      tell(statusToJson(status), 'seen');
    },
    trouble: ({ message, remedy }) => {
      tell({ error: { message, remedy: remedy ?? null } }, 'trouble');
    },
  };
}

/** Milliseconds after which the time is told even without news: only a write tells that the reader has gone away. */
const longestSilence = 60_000;

function createBlockScreen({ report, world }: CommandSession): StatusScreen {
  let told = 0;
  const tellTime = (): void => {
    const now = world.now();
    told = now.getTime();
    report.result(report.style.faint(`--- ${now.toISOString().slice(0, 19)}Z`));
  };
  const tell = createNews<readonly string[]>({
    identify: (lines) => lines.join('\n'),
    tell: (lines) => {
      tellTime();
      for (const line of [...lines, '']) report.result(line);
    },
    repeat: () => {
      if (world.now().getTime() - told >= longestSilence) tellTime();
    },
  });
  return {
    show: (status) => {
      tell(printStatus(status, { stream: world.stdout, style: report.style }), 'seen');
    },
    trouble: (error) => {
      tell([formatTrouble(error)], 'trouble');
    },
  };
}

interface NewsSettings<Item> {
  readonly identify: (item: Item) => string;
  readonly tell: (item: Item) => void;
  /** There is nothing new. */
  readonly repeat: () => void;
}

/** Tells what is new. While trouble lasts it is told once: which question fails first, and how, differs from look to look. */
function createNews<Item>({
  identify,
  tell,
  repeat,
}: NewsSettings<Item>): (item: Item, kind: 'seen' | 'trouble') => void {
  let last: string | undefined;
  return (item, kind) => {
    const identity = kind === 'trouble' ? kind : identify(item);
    if (identity === last) repeat();
    else tell(item);
    last = identity;
  };
}

const cursorHome = '\u001b[H';
const clearLine = '\u001b[K';
const clearBelow = '\u001b[J';

/**
 * Writes over what stands there, each line cleared behind its end and the rest below: nothing is blank in between, so nothing
 * flickers. Never more lines than the terminal has, or its top would be out of reach for the next one.
 */
function createDrawnScreen({ world: { stdout, now }, report }: CommandSession, interval: number): StatusScreen {
  let last: readonly string[] = [];
  let isFirst = true;
  const draw = (title: string): void => {
    const { columns, rows } = terminalSize(stdout);
    const room = Math.max(rows - 1, 5);
    const lines = [title, ''].concat(last);
    const shown =
      lines.length <= room
        ? lines
        : [
            ...lines.slice(0, room - 1),
            report.style.faint(`... ${lines.length - room + 1} more lines: ingress-tls status`),
          ];
    const text = shown
      .map((line) => `${shortenToColumns(makeHarmless(line), columns, '', 'end')}${clearLine}\n`)
      .join('');
    // What stood on the terminal before scrolls up instead of being written over.
    stdout.write(`${isFirst ? '\n'.repeat(rows) : ''}${cursorHome}${text}${clearBelow}`);
    isFirst = false;
  };
  const time = (): string => `${now().toISOString().slice(11, 19)} UTC`;
  return {
    show: (status) => {
      const lines = printStatus(status, { stream: stdout, style: report.style });
      last = fold(lines, status, terminalSize(stdout).rows);
      draw(report.style.faint(`every ${interval} s, last look ${time()}, Ctrl-C ends`));
    },
    trouble: (error) => {
      draw(report.style.error(`${time()} ${formatTrouble(error)}`));
    },
  };
}

/** Where not all services fit, those that nothing is the matter with stand back for the problems below them. */
function fold(lines: readonly string[], { services, problems }: Status, rows: number): readonly string[] {
  const room = rows - 4;
  if (lines.length <= room) return lines;
  const concerned = new Set(problems.flatMap((problem) => problem.services));
  // The table is the only part with a line for each service, in their order, below its titles.
  const top = lines.findIndex((line) => stripVTControlCharacters(line).startsWith('NAME ')) + 1;
  const table = lines.slice(top, top + services.length);
  const kept = table.filter((_line, index) => concerned.has(services[index]?.name ?? ''));
  const left = table.length - kept.length;
  const folded =
    left === 0
      ? []
      : [`(${left} ${kept.length === 0 ? '' : 'more '}${left === 1 ? 'service is' : 'services are'} well)`];
  return [...lines.slice(0, top), ...kept, ...folded, ...lines.slice(top + services.length)];
}

function formatTrouble({ message }: KnownError): string {
  return `cannot look, and tries again: ${message}`;
}
