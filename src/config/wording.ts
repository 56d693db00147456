/** The way to a value in ingress-tls.yaml: ['services', 0, 'mode']. */
export type Path = readonly (string | number)[];

// Control characters, line separators and the marks that reorder text on a terminal (Unicode TR 36, 3.1).
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]/gu;
const longestQuote = 80;

/** Replaces what a terminal would act on by its escape, so that a file's text cannot forge output. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A person's text for a message: in double quotes, escaped, cut after 80 characters. */
export function quote(text: string): string {
  return printable(JSON.stringify(text.length > longestQuote ? `${text.slice(0, longestQuote)}...` : text));
}

/** `services[0].mode`; a key that is no word stands in brackets and quotes. The whole file is ''. */
export function formatPath(path: Path): string {
  return path
    .map((segment, index) => {
      if (typeof segment === 'number') return `[${segment}]`;
      if (!/^[A-Za-z]\w*$/.test(segment)) return `[${quote(segment)}]`;
      return index === 0 ? segment : `.${segment}`;
    })
    .join('');
}

/** `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;
}
