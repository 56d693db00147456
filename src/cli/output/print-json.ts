/**
 * JSON text of a value that may hold what a cluster said: what could steer a terminal, turn the reading direction or is not to be seen stands
 * as an escape in it. It reads back as the same value.
 *
 * @param indentation spaces for each level; absent: all on one line.
 */
export function printJson(value: unknown, indentation?: number): string {
  // JSON itself escapes no more than U+0000 to U+001F (RFC 8259, 7); a line break in its text is of the layout.
  return JSON.stringify(value, undefined, indentation).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    character === '\n' ? character : escape(character),
  );
}

/** As \uXXXX, which takes two for a character beyond U+FFFF. */
function escape(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
