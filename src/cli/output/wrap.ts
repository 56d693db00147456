import { stripVTControlCharacters } from 'node:util';
import type { OutputStream } from '../../world/world.ts';
import { makeHarmless } from './harmless-text.ts';
import { terminalSize } from './terminal-size.ts';

const indent = 6;

/**
 * Breaks a sentence between words where a person reads it on a terminal, later lines indented; elsewhere a line stays a
 * line, for grep. A word that is longer than the line, a path or a command, stays whole.
 *
 * Not wrap-ansi: string-width@7 below it compiles the table of all emoji when it is loaded, which takes as long as loading
 * everything else.
 */
export function wrapFor(stream: OutputStream, text: string): string {
  const shown = makeHarmless(text);
  if (!stream.isTTY) return shown;
  const width = Math.max(terminalSize(stream).columns - indent, 20);
  return shown
    .split('\n')
    .flatMap((line) => breakLine(line, width))
    .join(`\n${' '.repeat(indent)}`);
}

/**
 * Puts a text behind what stands before it on its line, broken in the same way; later lines begin below the text, or at
 * `fallback` columns where little room is left beside a long beginning.
 */
export function wrapBehind(stream: OutputStream, beginning: string, text: string, fallback: number): string {
  if (!stream.isTTY) return `${beginning}${text}`;
  const before = columns(beginning);
  const { columns: width } = terminalSize(stream);
  const indentation = width - before >= 30 ? before : fallback;
  const [first = '', ...rest] = breakLine(text, Math.max(width - indentation, 20), before - indentation);
  return [`${beginning}${first}`, ...rest.map((line) => `${' '.repeat(indentation)}${line}`)].join('\n');
}

/** Cuts a text where a person reads it on a terminal, so that it ends on its line; elsewhere it stays whole, for grep. */
export function cutBehind(stream: OutputStream, beginning: string, text: string): string {
  const room = Math.max(terminalSize(stream).columns - columns(beginning), 20);
  const characters = Array.from(text);
  return beginning + (stream.isTTY && characters.length > room ? `${characters.slice(0, room - 3).join('').trimEnd()}...` : text);
}

/** @param taken columns of the first line that are in use already. */
function breakLine(text: string, width: number, taken = 0): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const [index, word] of text.split(' ').entries()) {
    const longer = index === 0 ? word : `${line} ${word}`;
    if (columns(longer) + (lines.length === 0 ? taken : 0) > width && line.trim() !== '') {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

/** Colours take no room. */
function columns(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}
