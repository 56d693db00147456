import type { PlannedService } from '../model/chart.ts';
import type { Config, ServiceIntent } from '../model/config.ts';
import type { ControllerProfile } from '../model/controller-profile.ts';
import { hasTlsHop, podSpeaksTls } from '../model/mode.ts';

/** Decides every name that a service's objects share, so that certificates, Secrets, chart and routes agree. */
export function planServices(config: Config, profile: ControllerProfile): readonly PlannedService[] {
  return config.services.map((service) => planService(config, profile, service));
}

function planService(config: Config, profile: ControllerProfile, service: ServiceIntent): PlannedService {
  const release = releaseName(config, service.name);
  return {
    ...service,
    release,
    namespace: config.namespace,
    servicePort: profile.servicePort(service.mode),
    ...(podSpeaksTls(service.mode) ? { podTlsSecret: `${release}-tls` } : {}),
    ...(service.clientAuth ? { clientCaSecret: `${release}-client-ca` } : {}),
    ...(hasTlsHop(service.mode) ? { upstreamName: `${release}.${config.namespace}.svc` } : {}),
  };
}

/** The article's release names: ic3-svc7, ic3-svc8, ic3-svc9. */
function releaseName(config: Config, service: string): string {
  return `${config.controller.name}-${service}`;
}
