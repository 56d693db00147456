import type { ClusterOptions } from '../../app/cluster/tools.ts';
import { examine, type DoctorFinding } from '../../app/doctor.ts';
import { exitCodes } from '../../errors.ts';
import type { CommandSession } from '../session.ts';

/** Says what was found of all that an apply needs, with remedies. Exit 1 when something would stop it. */
export async function doctor(session: CommandSession, options: ClusterOptions): Promise<number> {
  const findings = await examine(session, options);
  session.report.say({
    json: () => ({ findings }),
    text: () => {
      reportFindings(session, findings);
    },
  });
  return findings.some(({ status }) => status === 'failed') ? exitCodes.no : exitCodes.done;
}

function reportFindings({ report }: CommandSession, findings: readonly DoctorFinding[]): void {
  const { style } = report;
  const marks = {
    ok: style.success('ok'),
    note: style.hint('note'),
    warning: style.warning('warning'),
    failed: style.error('failed'),
  };
  for (const { check, status, found, remedy, acknowledged } of findings) {
    if (acknowledged === true) continue;
    const padding = ' '.repeat(7 - status.length);
    const [first = '', ...rest] = found.split('\n');
    report.result(`${marks[status]}${padding}  ${check}: ${first}`);
    for (const line of rest) report.result(`         ${line}`);
    if (remedy !== undefined) report.result(`         -> ${remedy}`);
  }
}
