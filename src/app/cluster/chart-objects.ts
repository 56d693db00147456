import { buildChartObjects } from '../../charts/literal-objects.ts';
import type { WorkloadDialect } from '../../model/chart.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { DesiredService } from '../../project/desired-services.ts';

/** Every look at a cluster asks several times, and a planned service never differs. */
const described = new WeakMap<DesiredService, readonly KubeObject[]>();

/**
 * What the objects of a service's chart say at least, as it is generated.
 * @param texts what apply puts in the place of values, by their paths.
 */
export function buildGeneratedChart(
  workload: WorkloadDialect,
  service: DesiredService,
  texts: Readonly<Record<string, string>> = {},
): readonly KubeObject[] {
  const describe = (): readonly KubeObject[] => buildChartObjects({ service, routes: service.routes, workload, texts });
  // The files that texts are from may change.
  if (Object.keys(texts).length > 0) return describe();
  const known = described.get(service) ?? describe();
  described.set(service, known);
  return known;
}
