import type { Config } from '../../model/config.ts';
import type { Mode } from '../../model/mode.ts';

const shown = 5;

/** `svc8`, `svc8 and svc10`, `svc8, svc10, svc11`; a long list is cut so that a notice stays readable. */
export function listNames(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ');
  if (names.length <= shown) return names.join(', ');
  return `${names.slice(0, shown).join(', ')} and ${names.length - shown} more`;
}

/** The names of the services in a mode; the empty string where there are none. */
export function listServices(config: Config, mode: Mode): string {
  return listNames(config.services.filter((service) => service.mode === mode).map(({ name }) => name));
}
