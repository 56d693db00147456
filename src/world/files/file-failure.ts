import { ToolError } from '../../errors.ts';

const reasons: Readonly<Record<string, { readonly why: string; readonly remedy: string }>> = {
  ENOSPC: { why: 'no space left on device', remedy: 'Free some space, then run the same command again.' },
  EDQUOT: { why: 'the disk quota is used up', remedy: 'Free some space, then run the same command again.' },
  EACCES: {
    why: 'permission denied',
    remedy:
      'Give your user access to it or to the folder that it is in (ls -ld shows the owner), then run the same command again.',
  },
  EPERM: {
    why: 'operation not permitted',
    remedy: 'Use a folder that your user owns, on a file system that keeps permissions.',
  },
  EROFS: { why: 'the file system is read-only', remedy: 'Use a folder on a file system that can be written.' },
  EISDIR: { why: 'a folder is in its place', remedy: 'Move the folder away, then run the same command again.' },
  ENOTEMPTY: { why: 'a folder is in its place', remedy: 'Move the folder away, then run the same command again.' },
  ENOTDIR: {
    why: 'a part of the path is a file, not a folder',
    remedy: 'Move that file away, then run the same command again.',
  },
  EEXIST: { why: 'something else is in its place', remedy: 'Move it away, then run the same command again.' },
  ELOOP: { why: 'symbolic links go in a circle', remedy: 'Remove the symbolic link.' },
  ENAMETOOLONG: { why: 'the path is too long', remedy: 'Use a folder with a shorter path.' },
  EMFILE: { why: 'too many open files', remedy: 'Raise the limit (ulimit -n), then run the same command again.' },
  ENFILE: { why: 'the system has too many open files', remedy: 'End other programs, then run the same command again.' },
  EBADF: {
    why: 'it is not open for that',
    remedy: 'Redirect it to a file or a program, then run the same command again.',
  },
  EIO: { why: 'the disk reports an input/output error', remedy: 'Check the disk.' },
};

/** The code of a system error, as `ENOENT`; undefined for any other value. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/**
 * Puts a failure of the file system into words.
 * @param what what failed, as `cannot write certs/ca.key`.
 * @returns a ToolError for a system error; anything else (a bug, an error that is explained already) unchanged.
 */
export function fileFailure(what: string, error: unknown): unknown {
  const code = systemCode(error);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  const reason = reasons[code];
  return new ToolError(`${what}: ${reason?.why ?? code}`, { cause: error, ...(reason && { remedy: reason.remedy }) });
}
