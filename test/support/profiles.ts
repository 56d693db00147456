import { loadProfiles } from '../../src/controllers/index.ts';
import type { ControllerProfile } from '../../src/model/controller-profile.ts';

/** The controller targets by name. */
export const profiles: Readonly<Record<string, ControllerProfile>> = Object.fromEntries(
  (await loadProfiles()).map((profile) => [profile.name, profile]),
);

/** Those whose routes are Ingresses, with annotations of a person's own. */
export const ingressProfiles = Object.values(profiles).filter(({ name }) => name !== 'traefik-gateway');
