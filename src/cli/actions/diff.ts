import { formatCluster } from '../../app/cluster/tools.ts';
import { diff as findDifferences, type DiffSettings } from '../../app/diff.ts';
import { exitCodes } from '../../errors.ts';
import type { ClusterChanges } from '../../model/changes.ts';
import { changesToJson, summarizeChanges } from '../output/change-summary.ts';
import { colorDifference, printDifference } from '../output/print-difference.ts';
import type { CommandSession } from '../session.ts';

export interface DiffOptions extends DiffSettings {
  /** Whether the objects' differences are left out. */
  readonly summary?: boolean;
}

/** Shows what apply would change on the cluster. Exit 0: nothing, 1: something. */
export async function diff(session: CommandSession, options: DiffOptions): Promise<number> {
  const { report } = session;
  const { cluster, changes, differs, edited, next } = await findDifferences(session, options, (found) => {
    report.message(`Cluster: ${formatCluster(found)}`);
  });
  if (edited.length > 0)
    report.message(`${report.messageStyle.warning('edited:')} compared as it is on disk: ${edited.join(', ')}`);
  report.say({
    json: () => ({ context: cluster?.context, server: cluster?.server, ...changesToJson(changes), edited }),
    text: () => {
      report.results(summarizeChanges(changes));
      if (options.summary !== true) reportDifferences(session, changes);
      if (next !== undefined) report.next(next);
    },
  });
  return differs ? exitCodes.no : exitCodes.done;
}

function reportDifferences({ report }: CommandSession, { objects, releases }: ClusterChanges): void {
  for (const object of [...objects, ...releases.flatMap((release) => release.objects ?? [])]) {
    const lines = printDifference(object);
    if (lines.length > 0) report.result('');
    report.results(lines.map((line) => colorDifference(line, report.style)));
  }
}
