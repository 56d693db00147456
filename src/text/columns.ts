/** Widest line of the text format. */
export const lineWidth = 80;

// One column each on every terminal in use; of other characters beyond ASCII the widest is assumed, since which take two
// differs between terminals (Unicode Standard Annex 11).
const narrow = new Set('═─●▶…');

/** Columns that a text takes at most. */
export function countColumns(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + columnsOf(character), 0);
}

function columnsOf(character: string): number {
  return /^[ -~]$/.test(character) || narrow.has(character) ? 1 : 2;
}

/** Cuts the middle out of a text that takes more than `most` columns. */
export function shortenToColumns(text: string, most: number): string {
  if (countColumns(text) <= most) return text;
  const characters = Array.from(text);
  const head = takeColumns(characters, Math.ceil((most - 1) / 2));
  const tail = takeColumns([...characters].reverse(), most - 1 - countColumns(head.join(''))).reverse();
  return `${head.join('')}…${tail.join('')}`;
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

/** Breaks a text between words, and words that are longer than a line anywhere. */
export function breakLines(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((part) => splitWord(part, width))) {
    if (line === '') line = word;
    else if (countColumns(line) + 1 + countColumns(word) <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
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
