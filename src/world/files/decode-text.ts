import { recogniseBinary } from '../../certs/binary-form.ts';
import { UsageError } from '../../errors.ts';

/** The text of a file. @param path for the message. @throws UsageError for bytes that are not UTF-8, which says what they are. */
export function decodeText(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    const form = recogniseBinary(bytes, path);
    throw new UsageError(
      `cannot read ${path}: it is ${form === undefined ? 'not UTF-8 text' : `${form.name}, not UTF-8 text`}`,
      {
        remedy: form?.remedy ?? `Save ${path} as UTF-8.`,
        cause: error,
      },
    );
  }
}
