import { Chalk, type ChalkInstance } from 'chalk';
import type { OutputStream } from '../effects/world.ts';

export interface Style {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly hint: (text: string) => string;
  readonly success: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** Colour only for a person at a terminal who has not said no: https://no-color.org and TERM=dumb. */
export function wantsColor(
  stream: OutputStream,
  environment: Readonly<Record<string, string | undefined>>,
  isAllowed: boolean,
): boolean {
  const isRefused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return isAllowed && !isRefused && stream.isTTY;
}

export function createStyle(isColored: boolean): Style {
  const chalk: ChalkInstance = new Chalk({ level: isColored ? 1 : 0 });
  return {
    error: (text) => chalk.bold.red(text),
    warning: (text) => chalk.yellow(text),
    hint: (text) => chalk.cyan(text),
    success: (text) => chalk.green(text),
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
  };
}
