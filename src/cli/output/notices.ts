import type { Notice } from '../../model/notice.ts';
import type { Report } from './report.ts';

/** Prints the notices of the given levels, each once. */
export function reportNotices(report: Report, notices: readonly Notice[], levels: readonly Notice['level'][]): void {
  const seen = new Set<string>();
  for (const notice of notices) {
    const key = `${notice.code} ${notice.message}`;
    if (!levels.includes(notice.level) || seen.has(key)) continue;
    seen.add(key);
    report.notice(notice);
  }
}
