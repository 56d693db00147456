import { describeChartObjects } from '../../charts/literal-objects.ts';
import type { PlannedService } from '../../model/chart.ts';
import type { KubeObject } from '../../model/kube-object.ts';
import type { Project } from '../project.ts';

/** Every look at a cluster asks several times, and a planned service never differs. */
const described = new WeakMap<PlannedService, readonly KubeObject[]>();

/** What the objects of a service's chart say at least, as it is generated. */
export function describeGeneratedChart({ config, profile }: Pick<Project, 'config' | 'profile'>, service: PlannedService): readonly KubeObject[] {
  const known = described.get(service) ?? describeChartObjects({ service, routes: profile.routes(config, service), workload: profile.workload });
  described.set(service, known);
  return known;
}
