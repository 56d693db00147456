/** The annotations of an object as the controllers read their values. */
export type Annotations = Readonly<Record<string, string>>;

/** A text without the blanks around it; an empty one counts as absent (v1.15.1 internal/ingress/annotations/parser/main.go). */
export function readText(annotations: Annotations, key: string): string | undefined {
  const text = annotations[key]?.trim();
  return text === '' ? undefined : text;
}

/** Words that Go takes for a boolean (go@1.26 strconv.ParseBool); any other word counts as absent. */
export function readBoolean(annotations: Annotations, key: string): boolean | undefined {
  const text = annotations[key];
  if (text === undefined) return undefined;
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : undefined;
}
