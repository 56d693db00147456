import { quote } from '../text/escape.ts';
import type { Breach } from './trusted.ts';
import type { Path } from './wording.ts';

// Line breaks and tabs are usual in scripts and arguments. Of a map with DEL or one of the controls after it helm's toYaml makes nothing
// (sigs.k8s.io/yaml cannot read such JSON, helm@4.1.4 pkg/engine/funcs.go), and a lone surrogate is no text.
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Cs}/u;

/** A prefix, a slash and a name of a label are the longest key that Kubernetes has; at 1024 helm's reader of YAML gives up. */
const longestKey = 317;

/**
 * Finds keys and texts among a service's values that do not come through helm. `{{` is harmless: helm executes templates, and the
 * values are data to them (no template of a chart uses `tpl`).
 */
export function checkValueTexts(value: unknown, path: Path): Breach[] {
  if (typeof value === 'string') return explainUnprintable(value).map((message) => ({ path, message }));
  if (Array.isArray(value)) return value.flatMap((item, index) => checkValueTexts(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const at = [...path, key];
    return [
      ...explainKey(key).map((message): Breach => ({ path: at, message, role: 'key' })),
      ...checkValueTexts(child, at),
    ];
  });
}

function explainKey(key: string): readonly string[] {
  if (key === '<<') return ['merge keys are none in YAML 1.2; write the values out, or take a whole value by an alias'];
  if (key.length > longestKey)
    return [`the key has ${key.length} characters, and none in Kubernetes more than ${longestKey}`];
  return explainUnprintable(key);
}

function explainUnprintable(text: string): readonly string[] {
  const code = unprintable.exec(text)?.[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
  return code === undefined ? [] : [`${quote(text)} holds the character U+${code}, which helm does not carry`];
}
