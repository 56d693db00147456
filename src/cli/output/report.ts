import type { Notice } from '../../model/notice.ts';
import type { World } from '../../world/world.ts';
import { makeHarmless } from './harmless-text.ts';
import { printJson } from './print-json.ts';
import { createStyle, wantsColor, type Style } from './style.ts';
import { terminalSize } from './terminal-size.ts';
import { wrapFor } from './wrap.ts';

/**
 * Where a command says things: results on stdout, everything meant for a person's eyes on the way on stderr. Whoever wrote a text, it cannot
 * steer the terminal.
 */
export interface Report {
  /** Styles for stdout and for stderr: one may be a terminal while the other is not. */
  readonly style: Style;
  readonly messageStyle: Style;
  /** A line of the result. */
  readonly result: (line: string) => void;
  /** The result for programs: one JSON document. */
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

export function createReport(world: Pick<World, 'stdout' | 'stderr' | 'environment'>, isColorAllowed: boolean): Report {
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
  return {
    style,
    messageStyle,
    result,
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
      world.stderr.write(messageStyle.faint(Array.from(makeHarmless(line)).slice(0, terminalSize(world.stderr).columns - 1).join('')));
      isTransient = true;
    },
  };
}
