import fc from 'fast-check';

/** Text that has broken a generator of YAML, Helm templates or Markdown before. */
const known = [
  'yes', 'on', 'y', 'null', '~', '1:30', '0x1F', '0123', '1e3', '.5', '1_000', '2026-11-22', '', ' ', ' a', 'a ', '-', '- a', '--- ', '...', '# a', 'a # b', 'a: b', 'a:',
  '*.x', '&a', '!a', '%a', '@a', '`a`', '|', '>', '"', "'", '{', '}', '[', ']', ',', '?', ': ', '\n', 'a\nb', 'a\n  b: c\n', '\r\n', '\t', '\u0000', '\u0085', '\u2028', '\u2029', '\ufeff', '\ufffe',
  '{{ .Values }}', '{{ lookup "v1" "Secret" "" "" }}', '{{', '}}', '{{/*', '*/}}', '<%= x %>', '<%', '%>', '${x}', '$(x)', '"\n  annotations: {evil: "1"}', '\n---\nkind: Secret', '日本', '😀', 'a\\b', '\\n', '| a |',
] as const;

/** Strings of every kind, the known troublemakers often. Well-formed, as all text is that was read from a UTF-8 file. */
export const hostileText = fc.oneof(
  fc.constantFrom(...known),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.tuple(fc.constantFrom(...known), fc.constantFrom(...known)).map(([first, second]) => first + second),
);

// What the configuration refuses (src/config/text-rules.ts). helm's own toYaml gives nothing at all for a map that holds DEL or
// one of the controls after it: sigs.k8s.io/yaml cannot read such JSON, and helm@4.1.4 pkg/engine/funcs.go swallows the error.
const refused = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;

/** The hostile text that can come from a configuration. */
export const configurationText = hostileText.filter((text) => !refused.test(text));
