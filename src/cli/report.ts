import type { Notice } from '../model/notice.ts';
import type { World } from '../effects/world.ts';
import { printJson } from './print-json.ts';
import { createStyle, wantsColor, type Style } from './style.ts';
import { wrapFor } from './wrap.ts';

/** Where a command says things: results on stdout, everything meant for a person's eyes on the way on stderr. */
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
}

export function createReport(world: Pick<World, 'stdout' | 'stderr' | 'environment'>, isColorAllowed: boolean): Report {
  const style = createStyle(wantsColor(world.stdout, world.environment, isColorAllowed));
  const messageStyle = createStyle(wantsColor(world.stderr, world.environment, isColorAllowed));
  const verbatim = (line: string): void => {
    world.stderr.write(`${line}\n`);
  };
  return {
    style,
    messageStyle,
    result: (line) => {
      world.stdout.write(`${line}\n`);
    },
    json: (value) => {
      world.stdout.write(`${printJson(value, 2)}\n`);
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
  };
}
