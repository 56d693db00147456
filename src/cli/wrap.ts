import { stripVTControlCharacters } from 'node:util';
import type { OutputStream } from '../effects/world.ts';

const indent = 6;

/**
 * Breaks a sentence between words where a person reads it on a terminal, later lines indented; elsewhere a line stays a
 * line, for grep. A word that is longer than the line, a path or a command, stays whole.
 *
 * Not wrap-ansi: string-width@7 below it compiles the table of all emoji when it is loaded, which takes as long as loading
 * everything else.
 */
export function wrapFor(stream: OutputStream, text: string): string {
  if (!stream.isTTY) return text;
  const width = Math.max(stream.columns - indent, 20);
  return text
    .split('\n')
    .flatMap((line) => breakLine(line, width))
    .join(`\n${' '.repeat(indent)}`);
}

function breakLine(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const [index, word] of text.split(' ').entries()) {
    const longer = index === 0 ? word : `${line} ${word}`;
    if (columns(longer) > width && line.trim() !== '') {
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
