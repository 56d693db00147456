import { stripVTControlCharacters } from 'node:util';

/** Widest line of the text format. */
export const lineWidth = 80;

// Not string-width: it compiles the table of all emoji when it is loaded, which takes as long as loading everything else.
// One column each on every terminal in use; of other characters beyond ASCII the widest is assumed, since which take two
// differs between terminals (Unicode Standard Annex 11).
const narrow = new Set('═─●▶…');

/** Columns that a text takes at most; colours take none. */
export function countColumns(text: string): number {
  return Array.from(stripVTControlCharacters(text)).reduce((sum, character) => sum + columnsOf(character), 0);
}

function columnsOf(character: string): number {
  return /^[ -~]$/.test(character) || narrow.has(character) ? 1 : 2;
}

/**
 * Cuts a text that takes more than `most` columns.
 * @param mark stands for what was cut: in the middle, because names that belong together begin alike, or at the end.
 */
export function shortenToColumns(text: string, most: number, mark = '…', from: 'middle' | 'end' = 'middle'): string {
  if (countColumns(text) <= most) return text;
  const room = Math.max(most - countColumns(mark), 1);
  const characters = Array.from(stripVTControlCharacters(text));
  const head = takeColumns(characters, from === 'middle' ? Math.ceil(room / 2) : room).join('');
  if (from === 'end') return `${head.trimEnd()}${mark}`;
  const tail = takeColumns([...characters].reverse(), room - countColumns(head)).reverse();
  return `${head}${mark}${tail.join('')}`;
}

function takeColumns(characters: readonly string[], most: number): string[] {
  const taken: string[] = [];
  let width = 0;
  for (const character of characters) {
    width += columnsOf(character);
    if (width > most) break;
    taken.push(character);
  }
  return taken;
}

/** Pads to a number of columns, on the right or on the left. */
export function padToColumns(text: string, width: number, side: 'left' | 'right'): string {
  const padding = ' '.repeat(Math.max(0, width - countColumns(text)));
  return side === 'left' ? `${padding}${text}` : `${text}${padding}`;
}

export interface BreakSettings {
  /** Columns of the first line that are in use already. */
  readonly taken?: number;
  /** Whether a word that is longer than a line is broken as well; a path or a command stays whole, so that it can be copied. */
  readonly splitsWords?: boolean;
}

/** Breaks a text between words into lines of a width in columns. */
export function breakLines(
  text: string,
  width: number,
  { taken = 0, splitsWords = false }: BreakSettings = {},
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  const words = text.split(' ').flatMap((word) => (splitsWords ? splitWord(word, width) : [word]));
  for (const [index, word] of words.entries()) {
    const longer = index === 0 ? word : `${line} ${word}`;
    const isBlank = line.trim() === '';
    const isOver = countColumns(longer) + (lines.length === 0 ? taken : 0) > width;
    if (isOver && !isBlank) lines.push(line);
    // A word that stays whole keeps what indents it; of one that was broken the first part would be too long with it.
    line = isOver && (splitsWords || !isBlank) ? word : longer;
  }
  return [...lines, line];
}

function splitWord(word: string, width: number): readonly string[] {
  const parts: string[] = [];
  let rest = Array.from(word);
  while (countColumns(rest.join('')) > width) {
    const part = takeColumns(rest, width);
    parts.push(part.join(''));
    rest = rest.slice(part.length);
  }
  return [...parts, rest.join('')];
}

/** Lays rows out in columns as wide as their widest cell. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = header.map((title, column) =>
    Math.max(countColumns(title), ...rows.map((row) => countColumns(row[column] ?? ''))),
  );
  return [header, ...rows].map((row) =>
    row
      .map((cell, column) => padToColumns(cell, widths[column] ?? 0, 'right'))
      .join('  ')
      .trimEnd(),
  );
}
