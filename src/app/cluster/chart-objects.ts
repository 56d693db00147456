import { describeChartObjects } from '../../charts/literal-objects.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Project } from '../project.ts';

/** Every look at a cluster asks several times, and a planned service never differs. */
const described = new WeakMap<PlannedService, readonly KubeObject[]>();

/**
 * What the objects of a service's chart say at least, as it is generated.
 * @param texts what apply puts in the place of values, by their paths.
 */
export function describeGeneratedChart({ config, profile }: Pick<Project, 'config' | 'profile'>, service: PlannedService, texts: Readonly<Record<string, string>> = {}): readonly KubeObject[] {
  const describe = (): readonly KubeObject[] => describeChartObjects({ service, routes: profile.routes(config, service), workload: profile.workload, texts });
  // The files that texts are from may change.
  if (Object.keys(texts).length > 0) return describe();
  const known = described.get(service) ?? describe();
  described.set(service, known);
  return known;
}
