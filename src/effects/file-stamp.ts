import type { Stats } from 'node:fs';

/**
 * How long a file must have rested, in milliseconds, before its times tell that it has not changed since. File systems count
 * in steps (FAT in 2 seconds, Linux in some milliseconds), and whatever is written twice within one step shows one time
 * (git@2.50 Documentation/technical/racy-git.adoc). The rest is for a file server whose clock goes a little slow.
 */
const rest = 5_000;

/**
 * What a file shows from outside: which it is, its size and its times. It is another one after any change of the bytes: the
 * system sets ctime, which no program can set back.
 */
export function stampFile({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

/**
 * Whether a later change is sure to show in the stamp. Goes in: what the file showed before it was read, and the time before
 * that.
 */
export function isSettled({ mtimeMs, ctimeMs }: Stats, now: Date): boolean {
  return Math.max(mtimeMs, ctimeMs) < now.getTime() - rest;
}
