import type { PlannedService } from '../model/chart.ts';
import type { Config } from '../model/config.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import type { RunStep } from '../model/plan.ts';
import { secretPath } from '../project/places.ts';

/** Phases that the way to every service depends on. */
const ofAll: ReadonlySet<RunStep['phase']> = new Set(['namespaces-and-rbac', 'controller', 'rollout']);

/** Services that clients may see otherwise than before once these commands have run. */
export function selectTouched(config: Config, profile: ControllerProfile, services: readonly PlannedService[], commands: readonly RunStep[]): readonly PlannedService[] {
  if (commands.some(({ phase }) => ofAll.has(phase))) return services;
  const sent = new Set(commands.flatMap(({ phase, command }) => (phase === 'secrets' ? (command.stdinFiles ?? []) : [])));
  const wildcard = secretPath(config.certificate.secretName);
  const releases = commands.flatMap(({ phase, release }) => (phase === 'services' && release !== undefined ? [`${release.namespace}/${release.name}`] : []));
  const workloads = commands.flatMap(({ waitsFor = [] }) => waitsFor.map(({ namespace, name }) => `${namespace}/${name}`));
  const touched = new Set([...releases, ...workloads]);
  return services.filter((service) => {
    const upstreamCa = service.mode === 'reencrypt' ? profile.upstreamCa(config, service) : undefined;
    const own = [service.podTlsSecret, service.clientCaSecret, upstreamCa?.kind === 'Secret' ? upstreamCa.name : undefined];
    const secrets = [...own.flatMap((name) => (name === undefined ? [] : [secretPath(name)])), ...(service.mode === 'passthrough' ? [] : [wildcard])];
    return touched.has(`${service.namespace}/${service.release}`) || secrets.some((path) => sent.has(path));
  });
}
