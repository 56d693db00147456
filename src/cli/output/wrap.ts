import { breakLines, countColumns, shortenToColumns } from '../../text/columns.ts';
import type { OutputStream } from '../../world/world.ts';
import { makeHarmless } from './harmless-text.ts';
import { terminalSize } from './terminal-size.ts';

const indent = 6;

/**
 * Breaks a sentence between words where a person reads it on a terminal, later lines indented; elsewhere a line stays a
 * line, for grep. A word that is longer than the line, a path or a command, stays whole.
 */
export function wrapFor(stream: OutputStream, text: string): string {
  const shown = makeHarmless(text);
  if (!stream.isTTY) return shown;
  const width = Math.max(terminalSize(stream).columns - indent, 20);
  return shown
    .split('\n')
    .flatMap((line) => breakLines(line, width))
    .join(`\n${' '.repeat(indent)}`);
}

/**
 * Puts a text behind what stands before it on its line, broken in the same way; later lines begin below the text, or at
 * `fallback` columns where little room is left beside a long beginning.
 */
export function wrapBehind(stream: OutputStream, beginning: string, text: string, fallback: number): string {
  if (!stream.isTTY) return `${beginning}${text}`;
  const before = countColumns(beginning);
  const { columns: width } = terminalSize(stream);
  const indentation = width - before >= 30 ? before : fallback;
  const [first = '', ...rest] = breakLines(text, Math.max(width - indentation, 20), { taken: before - indentation });
  return [`${beginning}${first}`, ...rest.map((line) => `${' '.repeat(indentation)}${line}`)].join('\n');
}

/** Cuts a text where a person reads it on a terminal, so that it ends on its line; elsewhere it stays whole, for grep. */
export function cutBehind(stream: OutputStream, beginning: string, text: string): string {
  const room = Math.max(terminalSize(stream).columns - countColumns(beginning), 20);
  return beginning + (stream.isTTY ? shortenToColumns(text, room, '...', 'end') : text);
}
