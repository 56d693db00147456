/** An image's name in the parts in which a chart's values hold it; a part that is not there is ''. */
export interface ImageReference {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/**
 * Splits `registry:5000/path/name:tag@sha256:...`; joined again, the parts are the same text. Any text is taken, whether it
 * names an image is for the configuration to say. A colon before the last slash belongs to the registry's port
 * (distribution/reference@v0.6.0: reference.go, the grammar at its head).
 */
export function splitImageReference(text: string): ImageReference {
  const at = text.indexOf('@');
  const name = at < 0 ? text : text.slice(0, at);
  const colon = name.lastIndexOf(':');
  const tagged = colon > name.lastIndexOf('/');
  return {
    repository: tagged ? name.slice(0, colon) : name,
    tag: tagged ? name.slice(colon + 1) : '',
    digest: at < 0 ? '' : text.slice(at + 1),
  };
}
