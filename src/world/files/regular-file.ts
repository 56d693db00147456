import { closeSync, constants, fstatSync, type Stats } from 'node:fs';
import { UsageError } from '../../errors.ts';
import { fileFailure } from './file-failure.ts';

/** O_NONBLOCK: opening a named pipe must not wait for a writer. */
export const readOnly = constants.O_RDONLY | constants.O_NONBLOCK;

/** Refuses a symbolic link in the last part of a path. Windows has none. */
export const noFollow = 'O_NOFOLLOW' in constants ? constants.O_NOFOLLOW : undefined;

/**
 * Reads what was opened, and closes it. A device or a pipe has no end, and may have nothing to give for ever.
 * @throws UsageError for anything but a regular file.
 */
export function readRegularFile<T>(path: string, descriptor: number, read: (descriptor: number, found: Stats) => T): T {
  try {
    const found = fstatSync(descriptor);
    if (found.isDirectory()) {
      throw new UsageError(`cannot read ${path}: it is a folder`, { remedy: `Move the folder ${path} away.` });
    }
    if (!found.isFile())
      throw new UsageError(`cannot read ${path}: it is no regular file`, { remedy: `Move ${path} away.` });
    return read(descriptor, found);
  } catch (error) {
    throw fileFailure(`cannot read ${path}`, error);
  } finally {
    closeSync(descriptor);
  }
}
