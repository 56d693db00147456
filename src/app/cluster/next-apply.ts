import type { ClusterChanges, ReleaseChange, ReleaseRecord } from '../../model/changes.ts';
import type { DesiredService } from '../../project/desired-services.ts';
import { neededApply } from '../../cluster/needed-apply.ts';
import { identifyObject } from '../../cluster/orphans.ts';
import { judgeRelease } from '../../cluster/release-changes.ts';
import type { RenderedProject } from './rendered-project.ts';

export interface NextApplySettings extends Pick<RenderedProject, 'listChartObjects' | 'digestChart'> {
  readonly services: readonly DesiredService[];
  readonly records: readonly ReleaseRecord[];
  readonly isEdited: boolean;
}

/**
 * The apply that brings what a close look found; undefined where the API server refuses something, which is told with its own remedy, and
 * where nothing differs.
 */
export function nextApply(changes: ClusterChanges, settings: NextApplySettings): string | undefined {
  const { objects, releases } = changes;
  const differing = [...objects, ...releases].filter(({ change }) => change !== 'unchanged');
  if (differing.length === 0) return undefined;
  const isHidden = releases.some((release) => release.change === 'change' && isHiddenFromGlance(release, settings));
  const isOrphaned = differing.every(({ change }) => change === 'delete');
  return neededApply(
    { ...settings, changes },
    ...(isHidden ? ['--verify-live'] : []),
    ...(isOrphaned ? ['--prune'] : []),
  );
}

/** Whether apply, which looks closely where a listing finds something, would leave a release alone. */
function isHiddenFromGlance(
  { service: name, objects = [] }: ReleaseChange,
  { services, records, listChartObjects, digestChart }: NextApplySettings,
): boolean {
  const service = services.find((each) => each.name === name);
  if (service === undefined) return false;
  const desired = listChartObjects(service);
  // A chart that a person edited is always looked at closely.
  if (desired.length === 0) return false;
  const record = records.find((each) => each.name === service.release && each.namespace === service.namespace);
  const live = new Map(
    objects.flatMap(({ before }) =>
      before === undefined ? [] : [[identifyObject(before.kind, before.metadata), before] as const],
    ),
  );
  const digest = digestChart(service);
  return judgeRelease({ service, digest, record, desired }, live).change === 'unchanged';
}
