import { findValueProblems } from '../charts/check-values.ts';
import type { WorkloadDialect } from '../model/chart.ts';
import { chartEntry } from '../charts/chart-values.ts';
import type { Config } from '../model/config.ts';
import type { Entry } from '../model/controller-profile.ts';
import type { Notice } from '../model/notice.ts';
import { formatPath } from '../text/path.ts';
import type { DesiredService } from './desired-services.ts';

/** More at once nobody reads. */
const mostNotices = 50;

/** Refuses values that the charts of the services do not take, each with its place in the file. */
export function listValueNotices(
  { controller }: Config,
  workload: WorkloadDialect,
  services: readonly DesiredService[],
  entry: Entry,
): readonly Notice[] {
  const notices: Notice[] = [];
  for (const [index, service] of services.entries()) {
    const problems = findValueProblems({
      ...{ service, workload, routes: service.routes },
      controllerName: controller.name,
      controllerNamespace: controller.namespace,
      entry: chartEntry(entry),
    });
    for (const { path: below, message } of problems) {
      const path = ['services', index, 'values', ...below];
      notices.push({ level: 'error', code: 'chart-value', message: `${formatPath(path)}: ${message}`, path });
      if (notices.length === mostNotices) return notices;
    }
  }
  return notices;
}
