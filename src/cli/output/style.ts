import { Chalk, type ChalkInstance } from 'chalk';
import type { OutputStream } from '../../world/world.ts';

export interface Style {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly hint: (text: string) => string;
  readonly success: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
}

/**
 * Colour for a person at a terminal, and wherever FORCE_COLOR asks for it as chalk reads it (chalk@5.6.2:source/vendor/supports-color):
 * a CI system shows colours and is no terminal. Who says no has the last word: https://no-color.org.
 */
export function wantsColor(
  stream: Pick<OutputStream, 'isTTY'>,
  environment: Readonly<Record<string, string | undefined>>,
  isAllowed: boolean,
): boolean {
  const forced = environment['FORCE_COLOR'];
  if (!isAllowed || (environment['NO_COLOR'] ?? '') !== '' || forced === '0' || forced === 'false') return false;
  return forced !== undefined || (stream.isTTY && environment['TERM'] !== 'dumb');
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
