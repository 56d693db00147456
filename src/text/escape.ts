/** Text of unknown origin for a message: control, format and unassigned characters escaped, cut to its first `longest` UTF-16 units. */
export function printable(text: string, longest = 80): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return escapeControls(shown);
}

/** Escapes what could steer a terminal, turn the reading direction, break a line or is no character at all (Unicode categories C, Zl and Zp). */
export function escapeControls(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

const longestQuote = 80;

/** A person's text for a message: in double quotes, escaped, cut after 80 UTF-16 units. */
export function quote(text: string): string {
  return escapeControls(JSON.stringify(text.length > longestQuote ? `${text.slice(0, longestQuote)}...` : text));
}
