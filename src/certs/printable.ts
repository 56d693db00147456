const longest = 80;

/** Text of unknown origin for a message: control, format and unassigned characters escaped, cut when long. */
export function printable(text: string): string {
  const shown = text.length > longest ? `${text.slice(0, longest)}...` : text;
  return escapeControls(shown);
}

/** Escapes what could steer a terminal or turn the reading direction (Unicode category C). */
export function escapeControls(text: string): string {
  return text.replace(/\p{C}/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
