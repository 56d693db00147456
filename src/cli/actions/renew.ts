import { parsePairName, planRenew, renewProject, type Renewed } from '../../app/renew.ts';
import { selectNewNotices } from '../../app/new-notices.ts';
import { formatDate } from '../../certs/validity.ts';
import { exitCodes } from '../../errors.ts';
import { reportNotices } from '../output/notices.ts';
import { reportCopies, reportLeft } from '../output/renewal-report.ts';
import { closeRender, renderToJson, reportConflicts } from '../output/report-render.ts';
import { summarize } from '../output/summary.ts';
import type { CommandSession } from '../session.ts';

export interface RenewOptions {
  readonly names: readonly string[];
  /** Seconds. */
  readonly within?: number;
  readonly all?: boolean;
  readonly keepKey?: boolean;
  readonly dryRun?: boolean;
}

/** Renews certificates and renders. Exit 1 when edited files were kept: they do not hold what is new. */
export async function renew(session: CommandSession, options: RenewOptions): Promise<number> {
  const { names, all = false, keepKey = false, within, dryRun = false } = options;
  const wish = { names: names.map(parsePairName), all, keepKey, ...(within !== undefined && { within }) };
  const renewed = await (dryRun ? planRenew : renewProject)(session, wish);
  const { report } = session;
  if (renewed.plan !== undefined) reportConflicts(session, renewed.plan);
  reportLeft(report, renewed.left);
  report.say({
    json: () => renewedToJson(renewed, dryRun),
    text: () => {
      reportRenewed(session, renewed, dryRun);
    },
  });
  const { plan, project, backups } = renewed;
  if (plan === undefined) {
    if (dryRun && renewed.renewals.length > 0)
      report.next('ingress-tls renew, with the same options and without --dry-run');
    return exitCodes.done;
  }
  reportCopies(report, backups);
  reportNotices(report, selectNewNotices(project.desired.notices, plan.notices), ['warning']);
  return closeRender(session, plan, 'ingress-tls apply');
}

function reportRenewed({ report }: CommandSession, { renewals, left, plan, next, now }: Renewed, isDry: boolean): void {
  const verb = isDry ? 'renew' : 'renewed';
  for (const { path, keepsKey } of renewals)
    report.result(`${verb.padEnd(9)}  ${path}${keepsKey ? ', for the same key' : ''}`);
  if (plan !== undefined) report.results(summarize(plan));
  if (renewals.length > 0 || left.length > 0) return;
  const when = next === undefined ? '' : `: the first will be ${next.certificate}, on ${formatDate(next.due, now)}`;
  report.result(`nothing is due${when}`);
}

function renewedToJson({ renewals, left, next, plan, backups }: Renewed, isDry: boolean): unknown {
  const changed = renewals.map(({ path, keyPath, keepsKey }) => ({ certificate: path, key: keyPath, keepsKey }));
  return {
    due: isDry ? changed : [],
    renewed: isDry ? [] : changed,
    left,
    ...(renewals.length === 0 && next !== undefined && { next }),
    ...(plan !== undefined && renderToJson(plan, backups)),
  };
}
