import type { LeftCertificate } from '../../project/renewals.ts';
import type { Report } from './report.ts';

/** Certificates that stay as they are although they were to be made anew. */
export function reportLeft(report: Pick<Report, 'notice'>, left: readonly LeftCertificate[]): void {
  for (const { certificate, reason, remedy } of left)
    report.notice({
      level: 'warning',
      code: 'not-renewed',
      message: `${certificate} is not renewed: ${reason}`,
      remedy,
    });
}

/** Where copies of what was there are. */
export function reportCopies(report: Pick<Report, 'message'>, backups: readonly string[]): void {
  const [first] = backups;
  if (first === undefined) return;
  const keys = backups.some((path) => path.endsWith('.key')) ? ', old keys among them,' : '';
  report.message(`Copies of what was there${keys} are in ${first.split('/').slice(0, 3).join('/')}.`);
}
