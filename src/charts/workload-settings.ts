import type { PlannedService } from '../model/chart.ts';

const names = [
  'mode',
  'port',
  'image',
  'replicas',
  'clientAuth',
  'upstreamClientCertificate',
  'namespace',
  'servicePort',
] as const;

/** What a service's values follow from, beside its names: of a thousand services most have the same. */
export type WorkloadSettings = Pick<PlannedService, (typeof names)[number]>;

/** These settings and nothing else of a service, so that no value follows from what they do not say. */
export function readSettings(service: WorkloadSettings): WorkloadSettings {
  return Object.fromEntries(
    Object.entries(service).filter(([name]) => names.some((each) => each === name)),
  ) as unknown as WorkloadSettings;
}
