import type { ControllerProfile } from '../model/controller-profile.ts';

/**
 * The controller targets by name. This table is the only place that knows which ones exist; what a target is made of is read when a project
 * has it, because each start of the program reads the names.
 */
const targets: Readonly<Record<string, () => Promise<ControllerProfile>>> = {
  'ingress-nginx': async () => (await import('./ingress-nginx/index.ts')).ingressNginx,
  traefik: async () => (await import('./traefik/index.ts')).traefik,
  'traefik-gateway': async () => (await import('./traefik-gateway/index.ts')).traefikGateway,
  'ingress-nginx-0.15': async () => (await import('./ingress-nginx-0.15/index.ts')).ingressNginx015,
};

/** In the order in which help and errors list them; the first is the default. */
export const profileNames: readonly string[] = Object.keys(targets);

/** The profile of that name; undefined for any other text, `constructor` included. */
export async function loadProfile(name: string): Promise<ControllerProfile | undefined> {
  return Object.hasOwn(targets, name) ? targets[name]?.() : undefined;
}

/** All of them, for questions about what a project may have had before or could have instead. */
export async function loadProfiles(): Promise<readonly ControllerProfile[]> {
  return Promise.all(Object.values(targets).map((load) => load()));
}
