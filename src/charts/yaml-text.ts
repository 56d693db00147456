import type { JsonPrimitive } from '../model/json.ts';

// A name that begins with a letter is a string in YAML 1.1 and 1.2 unless it is one of these words (yaml.org/type/bool.html
// and null.html; YAML 1.2.2, 10.3.2).
const plainName = /^[A-Za-z][A-Za-z0-9]*(?:[./-][A-Za-z0-9]+)*$/;
const word = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

// Line breaks of YAML 1.1 that are none in 1.2 (U+0085, U+2028, U+2029), which Go's reader folds; and what no YAML text may
// hold unescaped (YAML 1.2.2, 5.1) though JSON text may: DEL and the controls after it, a byte order mark, noncharacters.
const hazardous = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu;
const loneSurrogate = /[\ud800-\udfff]/gu;

/**
 * One scalar as YAML text on one line, the same value for a reader of YAML 1.1 (Helm) and of YAML 1.2: such text can stand at
 * any depth of a document. Every string that is not a plain name is double-quoted; JSON's escapes are YAML's too (YAML 1.2.2,
 * 5.7). A chart has a hundred scalars, and printing each through a YAML document takes fifty times as long.
 */
export function scalarText(value: JsonPrimitive): string {
  if (typeof value !== 'string') return String(value);
  if (plainName.test(value) && !word.test(value)) return value;
  return JSON.stringify(value.replace(loneSurrogate, '\ufffd')).replace(
    hazardous,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
