import type { PlannedService } from '../model/chart.ts';
import type { RunStep } from '../model/plan.ts';
import type { DesiredProject } from '../project/desired-project.ts';

/** Phases that the way to every service depends on. */
const ofAll: ReadonlySet<RunStep['phase']> = new Set(['namespaces-and-rbac', 'controller', 'rollout']);

/** Services that clients may see otherwise than before once these commands have run. */
export function selectTouched(
  { services, objects }: DesiredProject,
  commands: readonly RunStep[],
): readonly PlannedService[] {
  if (commands.some(({ phase }) => ofAll.has(phase))) return services;
  const sent = new Set(
    commands.flatMap(({ phase, command }) => (phase === 'secrets' ? (command.stdinFiles ?? []) : [])),
  );
  const ofHosts = ({ namespace, hostSecret }: PlannedService): readonly string[] =>
    objects.flatMap(({ path, content: { object } }) =>
      object.metadata.name === hostSecret && object.metadata.namespace === namespace ? [path] : [],
    );
  const releases = commands.flatMap(({ phase, release }) =>
    phase === 'services' && release !== undefined ? [`${release.namespace}/${release.name}`] : [],
  );
  const workloads = commands.flatMap(({ waitsFor = [] }) =>
    waitsFor.map(({ namespace, name }) => `${namespace}/${name}`),
  );
  const touched = new Set([...releases, ...workloads]);
  return services.filter((service) => {
    const own = objects.flatMap(({ path, service: name }) => (name === service.name ? [path] : []));
    const sources = [...own, ...ofHosts(service)];
    return touched.has(`${service.namespace}/${service.release}`) || sources.some((path) => sent.has(path));
  });
}
