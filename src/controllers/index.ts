import type { ControllerProfile } from '../model/controller-profile.ts';
import { ingressNginx015 } from './ingress-nginx-0.15/index.ts';
import { ingressNginx } from './ingress-nginx/index.ts';
import { traefik } from './traefik/index.ts';

/** The controller targets by name. This table is the only place that knows which ones exist. */
export const profiles: Readonly<Record<string, ControllerProfile>> = {
  [ingressNginx.name]: ingressNginx,
  [traefik.name]: traefik,
  [ingressNginx015.name]: ingressNginx015,
};

/** In the order in which help and errors list them; the first is the default. */
export const profileNames: readonly string[] = Object.keys(profiles);

/** The profile of that name; undefined for any other text, `constructor` included. */
export function findProfile(name: string): ControllerProfile | undefined {
  return Object.hasOwn(profiles, name) ? profiles[name] : undefined;
}
