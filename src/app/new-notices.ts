import type { Notice } from '../model/notice.ts';

/** The notices that a change brought: what a person has read once is not said again at every command. */
export function selectNewNotices(before: readonly Notice[], after: readonly Notice[]): readonly Notice[] {
  const known = new Set(before.map(({ code, message }) => `${code} ${message}`));
  return after.filter(({ code, message }) => !known.has(`${code} ${message}`));
}
