import { UsageError } from '../errors.ts';

/**
 * A path and query as a person types them, as they stand in a URL.
 * @throws UsageError for a whole URL and for control characters.
 */
export function encodePath(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw new UsageError('not a path: it begins as a whole URL does', {
      remedy: 'give the part after host and port: /path?query',
    });
  }
  if (/[\p{Cc}\p{Cs}]/u.test(text)) {
    throw new UsageError('not a path: it holds a control character', {
      remedy: 'write such a byte in hexadecimal: %0A',
    });
  }
  const encoded = text.replaceAll(/[^\u0021-\u007e]+/gu, (characters) => encodeURIComponent(characters));
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}
