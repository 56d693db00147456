import { alternatives } from '../../text/alternatives.ts';
import { readBoolean } from './annotation-values.ts';

/** Which values an annotation takes. A controller does as if there were no annotation where it has another, or serves nobody. */
export interface AnnotationForm {
  readonly takes: (value: string) => boolean;
  /** Follows `It takes `. */
  readonly words: string;
}

/** Annotations by their keys without prefix. */
export type AnnotationTable = ReadonlyMap<string, AnnotationForm>;

/** A table from rows of a form and keys with blanks between them. */
export function tabulate(...rows: readonly (readonly [AnnotationForm, string])[]): AnnotationTable {
  return new Map(rows.flatMap(([form, keys]) => keys.split(/\s+/).map((key) => [key, form] as const)));
}

/** A form by a pattern for the value without the blanks around it. */
export function matching(pattern: RegExp, words: string): AnnotationForm {
  return { takes: (value) => value.trim() !== '' && pattern.test(value.trim()), words };
}

/** As `matching`, with blanks between as well: ingress-nginx leaves them out before it looks (parser.ValidateRegex). */
export function matchingSpaced(pattern: RegExp, words: string): AnnotationForm {
  return { takes: (value) => value.trim() !== '' && pattern.test(value.replaceAll(' ', '')), words };
}

/** One of some words. */
export function oneOf(...words: readonly string[]): AnnotationForm {
  return { takes: (value) => words.includes(value.trim()), words: alternatives(words) };
}

/** One of some words in lower case, in any case. */
export function oneOfAnyCase(...words: readonly string[]): AnnotationForm {
  return { takes: (value) => words.includes(value.trim().toLowerCase()), words: `${alternatives(words)} in any case` };
}

export const anyText: AnnotationForm = { takes: (value) => value.trim() !== '', words: 'any text but an empty one' };

export const goBoolean: AnnotationForm = {
  takes: (value) => readBoolean({ value }, 'value') !== undefined,
  words: 'true or false',
};

/** Go's strconv.Atoi: no blanks, no fraction, no unit. */
export const wholeNumber: AnnotationForm = {
  takes: (value) => /^[+-]?\d{1,15}$/.test(value),
  words: 'a whole number without a unit',
};

/** `namespace/name`. */
export const namespacedName = matching(
  /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9.-]*$/,
  'a name with its namespace, NAMESPACE/NAME',
);

/** `name`, or `namespace/name`. */
export const objectName = matching(/^(?:[a-z0-9][a-z0-9-]*\/)?[a-z0-9][a-z0-9.-]*$/, 'NAME or NAMESPACE/NAME');

/** IP addresses and networks. One that is none makes the controller refuse every request, or take none of them. */
export const addresses: AnnotationForm = {
  takes: (value) => value.split(',').every((each) => isAddress(each.trim())),
  words: 'IP addresses and networks with commas between them: 192.0.2.7,198.51.100.0/24',
};

/** By Go's net.ParseIP and net.ParseCIDR, which know neither leading zeros nor zones. */
function isAddress(text: string): boolean {
  const [address = '', bits, rest] = text.split('/');
  const isFour = /^(?:\d{1,3}\.){3}\d{1,3}$/.test(address);
  const isThere = isFour
    ? address.split('.').every((part) => Number(part) <= 255 && String(Number(part)) === part)
    : address.includes(':') && !address.includes('%') && URL.canParse(`http://[${address}]/`);
  const areBits = bits === undefined || (/^(?:0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (isFour ? 32 : 128));
  return isThere && areBits && rest === undefined;
}

/** nginx's sizes. */
export const size = matchingSpaced(/^\d+[bkmg]?$/i, 'a size such as 8k or 1m');

export const onOff = oneOf('on', 'off');

/** http or https, with a host (parser.StringToURL asks for both). */
export const url = (pattern: RegExp, words: string): AnnotationForm => ({
  takes: (value) =>
    pattern.test(value.replaceAll(' ', '')) &&
    /^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(value.trim()) &&
    !value.includes('..'),
  words,
});
