import type { Notice } from '../../model/notice.ts';
import type { Report } from './report.ts';

/** Prints the notices of the given levels, each once, with the code by which they can be acknowledged. */
export function reportNotices(report: Report, notices: readonly Notice[], levels: readonly Notice['level'][]): void {
  const seen = new Set<string>();
  for (const notice of notices) {
    const key = `${notice.code} ${notice.message}`;
    if (!levels.includes(notice.level) || notice.acknowledged === true || seen.has(key)) continue;
    seen.add(key);
    report.notice({ ...notice, message: `${notice.message} [${notice.code}]` });
  }
}

/**
 * Warnings in full, and the codes of the rest in one sentence: a command that is repeated shows its plan and not these.
 * @param known codes of what was said in full when it began to hold; they are in that sentence, too.
 */
export function reportNoticesBriefly(report: Report, notices: readonly Notice[], known: readonly string[] = []): void {
  const isBrief = ({ level, code }: Notice): boolean => level === 'info' || known.includes(code);
  reportNotices(
    report,
    notices.filter((notice) => !isBrief(notice)),
    ['warning'],
  );
  const brief = notices.filter((notice) => isBrief(notice) && notice.acknowledged !== true);
  const codes = [...new Set(brief.map(({ code }) => code))];
  if (codes.length === 0) return;
  const { hint, warning } = report.messageStyle;
  const label = brief.some(({ level }) => level === 'warning') ? warning('warnings and notes:') : hint('notes:');
  report.message(
    `${label} ${codes.join(', ')}. ingress-tls doctor explains them; \`acknowledged: [CODE]\` in ingress-tls.yaml silences one.`,
  );
}
