import { hash } from 'node:crypto';

/** SHA-256 of a text's UTF-8 bytes, hexadecimal. */
export function digestText(text: string): string {
  return hash('sha256', text, 'hex');
}

/** A file by its path and the SHA-256 of its bytes. */
export interface FileDigest {
  readonly path: string;
  readonly digest: string;
}

/**
 * One digest for a chart and the files that helm is given with it, whatever their order: 40 hexadecimal characters, because a
 * label's value has 63 at most (kubernetes@1.35 apimachinery/pkg/util/validation, LabelValueMaxLength).
 */
export function digestFiles(files: readonly FileDigest[]): string {
  const lines = files.map(({ path, digest }) => `${digest}  ${path}\n`).sort();
  return digestText(lines.join('')).slice(0, 40);
}
