import { apply as applyProject } from '../../app/apply/apply.ts';
import { dryRunApply } from '../../app/apply/dry-run.ts';
import type { ApplySettings } from '../../app/apply/plan-for-cluster.ts';
import { exitCodes } from '../../errors.ts';
import {
  dryRunToJson,
  explainUnserved,
  reportApplied,
  reportDryRun,
  reportPlan,
  reportTarget,
  reportUnseen,
} from '../output/apply-report.ts';
import { changesToJson } from '../output/change-summary.ts';
import { reportBackups, reportConflicts } from '../output/report-render.ts';
import type { CommandSession } from '../session.ts';

export interface ApplyOptions extends ApplySettings {
  readonly dryRun?: boolean;
}

/** Brings the project to the cluster, or says what that would be. Exit 1: edited files or fields of others stand in the way, or hosts are not served. */
export function apply(session: CommandSession, options: ApplyOptions): Promise<number> {
  return options.dryRun === true ? dryRun(session, options) : applyForReal(session, options);
}

async function dryRun(session: CommandSession, options: ApplyOptions): Promise<number> {
  const found = await dryRunApply(session, options);
  reportConflicts(session, found.local);
  session.report.say({
    json: () => dryRunToJson(found),
    text: () => {
      reportDryRun(session.report, found);
    },
  });
  return found.local.conflicts.length > 0 && options.keepEdits !== true ? exitCodes.no : exitCodes.done;
}

async function applyForReal(session: CommandSession, options: ApplyOptions): Promise<number> {
  const { report } = session;
  const applied = await applyProject(session, options, {
    onKept: (local) => {
      reportConflicts(session, local);
    },
    onCluster: (cluster) => {
      reportTarget(report, cluster);
    },
    onWritten: (backups) => {
      reportBackups(session, backups);
    },
    onPlan: (plan, project, local) => {
      reportPlan(report, plan, project, local);
    },
  });
  const { cluster, changes, services, serving } = applied;
  report.say({
    json: () => ({
      context: cluster?.context,
      server: cluster?.server,
      changes: changes === undefined ? null : changesToJson(changes),
      services,
      serving,
    }),
    text: () => {
      reportApplied(report, applied);
    },
  });
  reportUnseen(report, serving);
  const failure = explainUnserved(serving);
  if (failure !== undefined) throw failure;
  return exitCodes.done;
}
