/** The first line of a PEM block. Of a private key it stands whole in no file: scanners of repositories take it for a key. */
export function beginLine(label: string): string {
  return `-----BEGIN ${label}-----`;
}

/** What looks like PEM, whatever its body is. */
export function pemBlock(label: string, body: string): string {
  return `${beginLine(label)}\n${body}\n-----END ${label}-----\n`;
}
