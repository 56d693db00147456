import type { Notice } from '../../model/notice.ts';
import type { World } from '../../world/world.ts';
import { shortenToColumns } from '../../text/columns.ts';
import { makeHarmless } from './harmless-text.ts';
import { printJson } from './print-json.ts';
import { createStyle, wantsColor, type Style } from './style.ts';
import { terminalSize } from './terminal-size.ts';
import { wrapFor } from './wrap.ts';

/** As what a command gives its result: to a person, or to a program. */
export type Format = 'text' | 'json';

/** A result in both formats; only the one that is wanted is made. */
export interface Answer {
  /** What the JSON document holds. */
  readonly json: () => unknown;
  /** Says the result, and what only a person needs to hear of it. */
  readonly text: () => void;
}

/**
 * Where a command says things: results on stdout, everything meant for a person's eyes on the way on stderr. Whoever wrote a text, it cannot
 * steer the terminal.
 */
export interface Report {
  /** Styles for stdout and for stderr: one may be a terminal while the other is not. */
  readonly style: Style;
  readonly messageStyle: Style;
  readonly format: Format;
  /** The result of a command, as text or as one JSON document. */
  readonly say: (answer: Answer) => void;
  /** One of several that a command says as they come: text, or a JSON document on a line of its own. */
  readonly sayEvent: (answer: Answer) => void;
  /** A line of the result. */
  readonly result: (line: string) => void;
  readonly results: (lines: readonly string[]) => void;
  /** A result that is JSON for everybody. */
  readonly json: (value: unknown) => void;
  /** A sentence for the person, broken to the terminal's width. */
  readonly message: (text: string) => void;
  /** A line for the person that must stay as it is: a difference, a command. */
  readonly verbatim: (line: string) => void;
  readonly notice: (notice: Notice) => void;
  /** What to type next. */
  readonly next: (command: string) => void;
  /** What another program says to the person, as it comes. */
  readonly talk: (text: string) => void;
  /** A line on a terminal that stands until anything else is said, or until there is none (undefined). */
  readonly transient: (line: string | undefined) => void;
}

export function createReport(
  world: Pick<World, 'stdout' | 'stderr' | 'environment'>,
  isColorAllowed: boolean,
  format: Format = 'text',
): Report {
  const style = createStyle(wantsColor(world.stdout, world.environment, isColorAllowed));
  const messageStyle = createStyle(wantsColor(world.stderr, world.environment, isColorAllowed));
  let isTransient = false;
  const clear = (): void => {
    if (isTransient) world.stderr.write('\r\u001b[K');
    isTransient = false;
  };
  const verbatim = (line: string): void => {
    clear();
    world.stderr.write(`${makeHarmless(line)}\n`);
  };
  const result = (line: string): void => {
    clear();
    world.stdout.write(`${makeHarmless(line)}\n`);
  };
  const sayWith =
    (indentation?: number) =>
    ({ json, text }: Answer): void => {
      if (format === 'json') result(printJson(json(), indentation));
      else text();
    };
  return {
    style,
    messageStyle,
    format,
    say: sayWith(2),
    sayEvent: sayWith(),
    result,
    results: (lines) => {
      for (const line of lines) result(line);
    },
    json: (value) => {
      result(printJson(value, 2));
    },
    message: (text) => {
      verbatim(wrapFor(world.stderr, text));
    },
    verbatim,
    next: (command) => {
      verbatim(wrapFor(world.stderr, `${messageStyle.hint('next:')} ${command}`));
    },
    notice: (notice) => {
      const label = notice.level === 'info' ? messageStyle.hint('note:') : messageStyle.warning('warning:');
      verbatim(wrapFor(world.stderr, `${label} ${notice.message}`));
      if (notice.remedy !== undefined) verbatim(wrapFor(world.stderr, `      ${notice.remedy}`));
    },
    talk: (text) => {
      clear();
      world.stderr.write(makeHarmless(text));
    },
    transient: (line) => {
      clear();
      if (line === undefined) return;
      // A line that breaks could not be taken back; the last column belongs to the cursor.
      world.stderr.write(
        messageStyle.faint(shortenToColumns(makeHarmless(line), terminalSize(world.stderr).columns - 1, '', 'end')),
      );
      isTransient = true;
    },
  };
}
